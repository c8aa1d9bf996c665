import type { Section } from '../figure.ts';
import { dispatcher } from './dispatcher.ts';
import { limit } from './limit.ts';
import { receiver } from './receiver.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';

/** In the order in which they run. */
export const sections: Readonly<Record<string, Section>> = { receiver, start, dispatcher, limit, scale };

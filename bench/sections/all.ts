import type { Section } from '../figure.ts';
import { receiver } from './receiver.ts';
import { start } from './start.ts';

/** In the order in which they run. */
export const sections: Readonly<Record<string, Section>> = { receiver, start };

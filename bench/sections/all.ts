import type { Section } from '../figure.ts';

/** In the order in which they run. */
export const sections: Readonly<Record<string, Section>> = {};

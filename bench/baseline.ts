import { readFile, writeFile } from 'node:fs/promises';
import type { Figure } from './figure.ts';

/** Values by the name of their figure: ratios, which another machine gives alike. */
export type Baseline = Readonly<Record<string, number>>;

const file = `${import.meta.dirname}/baseline.json`;

export async function readBaseline(): Promise<Baseline> {
  return JSON.parse(await readFile(file, 'utf8')) as Baseline;
}

/** Figures of other sections stay as they were. */
export async function keep(baseline: Baseline, figures: readonly Figure[]): Promise<void> {
  const values = Object.fromEntries(figures.map(({ name, value }) => [name, Number(value.toPrecision(4))]));
  await writeFile(file, `${JSON.stringify({ ...baseline, ...values }, null, 2)}\n`);
}

import { brokenBounds } from './proof.ts';
import type { Run } from './report.ts';

const columns = ['scenario', 'system', 'limit', 'worst', 'ratio', 'used', 'trips/call', 'verdict'] as const;
const widths = [25, 17, 20, 12, 6, 6, 11, 8] as const;
const numeric = new Set([4, 5, 6]);

const line = (cells: readonly string[]) =>
  cells
    .map((cell, i) => (numeric.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
    .join(' ')
    .trimEnd();

const span = (perMs: number) => (perMs % 1_000 === 0 ? `${perMs / 1_000}s` : `${perMs}ms`);
const figure = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits));

export const heading = line(columns);

/** One line a run, and one more for each bound that it broke. */
export function tableLines(run: Run): readonly string[] {
  const { scenario, system, windows, worst, ratio, utilisation, roundTripsPerCall, verdict } = run;
  const cells = [
    scenario,
    system,
    windows.map(({ calls, perMs }) => `${calls}/${span(perMs)}`).join(' '),
    `${worst.calls} in ${span(worst.window.perMs)}`,
    figure(ratio, 2),
    figure(utilisation, 3),
    figure(roundTripsPerCall, 2),
    verdict,
  ];
  return [line(cells), ...brokenBounds(run).map((bound) => `  ${bound}`)];
}

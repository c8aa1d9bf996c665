import { brokenBounds } from '../proof.ts';
import type { RowRun } from './report.ts';

const columns = [
  ['row', 28],
  ['system', 14],
  ['faults', 7],
  ['accepted', 8],
  ['delivered', 9],
  ['dead', 6],
  ['lost', 6],
  ['doubled', 7],
  ['calls twice', 11],
  ['seconds', 7],
  ['verdict', 8],
] as const;

const line = (cells: readonly (string | number)[]) =>
  cells
    .map((cell, i) => {
      const width = columns[i]?.[1] ?? 0;
      return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
    })
    .join(' ')
    .trimEnd();

export const heading = line(columns.map(([name]) => name));

/** One line a run, and one more for each bound that it broke. */
export function tableLines(run: RowRun): readonly string[] {
  const { number, seed, row, system, injections, accepted, delivered, dead, lost, duplicated, callsTwice, seconds } =
    run;
  const name = number === 0 ? `${row} ${seed}` : `${number} ${row}`;
  const cells = [
    name,
    system,
    injections,
    accepted,
    delivered,
    dead,
    lost,
    duplicated,
    callsTwice,
    seconds,
    run.verdict,
  ];
  const broken = brokenBounds(run);
  return [line(cells), ...[...broken, ...(broken.length === 0 ? [] : run.steps)].map((text) => `  ${text}`)];
}

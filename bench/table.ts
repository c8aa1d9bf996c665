import { describeBound, judge, type Figure } from './figure.ts';
import { spread } from './measure.ts';

const columns = ['figure', 'value', 'against', 'spread', 'bound', 'verdict', 'change'] as const;
const widths = [50, 9, 44, 7, 7, 8, 8] as const;
const numeric = new Set([1, 3, 6]);

const line = (cells: readonly string[]) =>
  cells
    .map((cell, i) => (numeric.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
    .join(' ')
    .trimEnd();

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

/** Four digits that count; whole numbers are not cut. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 1_000 ? value.toFixed(0) : value.toPrecision(4);
}

export const heading = line(columns);

/** `kept`: the value in the baseline. One line for the figure, then one for each thing it says. */
export function tableLines(figure: Figure, kept: number | undefined): readonly string[] {
  const { name, value, against, rounds, says } = figure;
  const change = kept === undefined ? 'new' : `${value >= kept ? '+' : ''}${percent(value / kept - 1)}`;
  const wide = rounds.length < 2 ? '–' : percent(spread(rounds));
  const cells = [name, digits(value), against, wide, describeBound(figure.bound), judge(figure), change];
  return [line(cells), ...says.map((said) => `    ${said}`)];
}

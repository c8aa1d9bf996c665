import type { Window } from './report.ts';

const units = [
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
  { unit: 's', ms: 1_000 },
] as const;

/** A span of time in the largest unit that goes into it. */
export function spanText(ms: number): string {
  const fitting = units.find((unit) => ms % unit.ms === 0 && ms > 0);
  return fitting === undefined ? `${figureText(ms)} ms` : `${ms / fitting.ms} ${fitting.unit}`;
}

export function windowText({ calls, perMs }: Window): string {
  return `${calls} in ${spanText(perMs)}`;
}

/** A moment, in seconds since the first arrival. */
export function momentText(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}

/** As many decimals as it takes not to round an excess away: 501 of 500 is not 1.00. */
export function ratioText(ratio: number): string {
  let decimals = 2;
  while (decimals < 9 && ratio !== 1 && Number(ratio.toFixed(decimals)) === 1) decimals++;
  return ratio.toFixed(decimals);
}

/** Whole numbers as they are, others to five digits. */
export function figureText(figure: number | null): string {
  if (figure === null) return '–';
  return Number.isInteger(figure) ? String(figure) : String(Number(figure.toPrecision(5)));
}

export function fractionText(fraction: number | null): string {
  return fraction === null ? '–' : fraction.toFixed(3);
}

/** "1 run", "2 runs". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

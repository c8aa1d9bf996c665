import type { Run, Window } from './report.ts';

type Worst = Run['worst'];

export interface Judgement {
  readonly worst: Worst;
  /** The worst window's calls ÷ its limit. */
  readonly ratio: number;
  /** (calls − 1) ÷ (limit × (last − first) / perMs) against the tightest window; null where no time has passed. */
  readonly utilisation: number | null;
}

/**
 * The exact maximum of arrivals in any half-open [t, t + perMs), for each window; the worst is the one that stands
 * highest against its limit. A call at t + perMs itself is outside: it belongs to the next window. Nothing is rounded
 * or forgiven, so arrivals should be milliseconds since the first one: taken from an epoch, they carry the noise of
 * their own size.
 */
export function judge(arrivalsMs: readonly number[], windows: readonly Window[]): Judgement {
  const [firstWindow, ...otherWindows] = windows;
  if (firstWindow === undefined) throw new Error('There is no window to judge by.');
  if (!arrivalsMs.every(Number.isFinite)) throw new Error('An arrival is not a time.');
  const sortedMs = [...arrivalsMs].sort((a, b) => a - b);
  let worst = fullestSpan(sortedMs, firstWindow);
  for (const window of otherWindows) {
    const span = fullestSpan(sortedMs, window);
    if (ratioOf(span) > ratioOf(worst)) worst = span;
  }
  return { worst, ratio: ratioOf(worst), utilisation: utilisationOf(sortedMs, windows) };
}

// The fullest span can always be slid until it begins with an arrival, so looking ahead from each one finds it.
function fullestSpan(sortedMs: readonly number[], window: Window): Worst {
  const firstMs = sortedMs[0] ?? 0;
  let worst: Worst = { calls: 0, atMs: 0, window };
  let end = 0;
  for (const [start, startMs] of sortedMs.entries()) {
    while ((sortedMs[end] ?? Infinity) < startMs + window.perMs) end++;
    if (end - start > worst.calls) worst = { calls: end - start, atMs: startMs - firstMs, window };
  }
  return worst;
}

function ratioOf({ calls, window }: Worst): number {
  return calls === 0 ? 0 : calls / window.calls;
}

function utilisationOf(sortedMs: readonly number[], windows: readonly Window[]): number | null {
  const spanMs = (sortedMs.at(-1) ?? 0) - (sortedMs[0] ?? 0);
  if (spanMs === 0) return null;
  const tightestCallsPerMs = Math.min(...windows.map(({ calls, perMs }) => calls / perMs));
  return (sortedMs.length - 1) / (tightestCallsPerMs * spanMs);
}

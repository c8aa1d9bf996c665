import type { Observed } from './observed.ts';
import type { Bound } from './proof.ts';
import type { Window } from './report.ts';
import type { LimitSetup } from './fleet.ts';
import type { World } from './world.ts';

/** Judges the calls by something else than the limit. */
export type Check = (observed: Observed) => Bound;

/** What a run is held to beside its limit. */
export interface Findings {
  /** Utilisation that must be reached until now, where the backlog was never empty. */
  readonly leastUtilisation?: number;
  /** From when on it is counted; from the first call where this is left out. */
  readonly countedFromEpochMs?: number;
  readonly mostRoundTripsPerCall?: number;
  readonly checks?: readonly Check[];
}

export interface Scenario {
  readonly name: string;
  readonly limit: LimitSetup;
  /** By which windows it is judged, where the limit does not say so. */
  readonly judgedBy?: readonly Window[];
  readonly latencyMs?: number;
  readonly timeoutMs?: number;
  /** Whether there is a network between pods and Redis that it disturbs. */
  readonly disturbsNetwork?: boolean;
  /** How long it plays in the whole form; in the short form, where it has a part in that. */
  readonly playMs: number;
  readonly shortPlayMs?: number;
  readonly play: (world: World, playMs: number) => Promise<Findings>;
}

/** Where a scenario says nothing of them: an API that answers at once, and the timeout that the gateway has by default. */
export const defaultLatencyMs = 5;
export const defaultTimeoutMs = 10_000;

export function perSecond(calls: number): readonly [Window] {
  return [{ calls, perMs: 1_000 }];
}

/** The window that allows the fewest calls in the long run. */
export function tightestOf(windows: readonly Window[]): Window {
  const [tightest] = [...windows].sort((a, b) => a.calls / a.perMs - b.calls / b.perMs);
  if (tightest === undefined) throw new Error('There is no window');
  return tightest;
}

/** Three seconds of the limit, and what a pod takes in hand as soon as it is up. */
export function fullBacklog({ windows }: LimitSetup): number {
  const { calls, perMs } = tightestOf(windows);
  return Math.ceil((3_000 * calls) / perMs) + 300;
}

/** `count` calls that arrived in [from, to). */
export function callsBetween({ calls }: Observed, fromEpochMs: number, toEpochMs: number): number {
  return calls.filter(({ epochMs }) => epochMs >= fromEpochMs && epochMs < toEpochMs).length;
}

/** In their first seconds pods open connections and are compiled, which would count for much in a short run. */
const warmUpMs = 2_000;

/** Fills the queue for pods that have just started; resolves with the moment from which utilisation counts. */
export async function warmUp({ feed, mark, wait }: World, limit: LimitSetup, forMs = warmUpMs): Promise<number> {
  await feed.keep(fullBacklog(limit));
  await wait(forMs);
  return mark('counted from here');
}

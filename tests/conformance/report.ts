/** At most `calls` in any half-open span of `perMs`. */
export interface Window {
  readonly calls: number;
  readonly perMs: number;
}

/** One thing that a run was held to. */
export interface Bound {
  readonly name: string;
  /** What was measured; null where nothing could be. */
  readonly figure: number | null;
  /** What was asked, in words. */
  readonly bound: string;
  readonly ok: boolean;
}

/** One system in one scenario. */
export interface Run {
  readonly scenario: string;
  readonly system: string;
  readonly windows: readonly Window[];
  /** ms since the first arrival, ascending */
  readonly arrivalsMs: readonly number[];
  readonly worst: { readonly calls: number; readonly atMs: number; readonly window: Window };
  /** The worst window's calls ÷ its limit. */
  readonly ratio: number;
  /** Of the tightest window; null where the backlog was empty on purpose, or calls were. */
  readonly utilisation: number | null;
  readonly roundTripsPerCall: number | null;
  /** What was done to the system, on the clock of the arrivals. */
  readonly marks: readonly { readonly atMs: number; readonly text: string }[];
  readonly clock: 'kernel' | 'target';
  readonly verdict: 'held' | 'broken' | 'unjudged' | 'peer';
  readonly bounds: readonly Bound[];
  readonly tries: number;
}

/** What happened without one of the limiter's guards. */
export interface Guard {
  readonly guard: string;
  readonly scenario: string;
  /** Whether the scenario noticed. */
  readonly red: boolean;
  readonly figure: string;
}

export interface Report {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: { readonly cores: number; readonly node: string; readonly redis: string };
  readonly seconds: number;
  readonly runs: readonly Run[];
  readonly guards: readonly Guard[];
  readonly passed: boolean;
}

import { windowBuckets } from '../shared/state-keys.ts';
import type { TargetConfig } from '../shared/config.ts';
import { isPaced } from '../shared/limit-config.ts';

/** What the limit of a target means for its slots; all of it follows from the configuration. */
export interface Pace {
  /** Windows that one schedule of evenly spaced slots keeps. */
  readonly short: readonly { readonly calls: number; readonly closingMs: number; readonly shareCalls: number }[];
  /** Windows that are kept by a log of their slots. */
  readonly long: readonly {
    readonly calls: number;
    readonly perMs: number;
    readonly closingMs: number;
    readonly bucketMs: number;
  }[];
  /** Between two slots, while nothing but the short windows bounds them. */
  readonly spacingMs: number;
  /** How far ahead slots are given out. */
  readonly horizonMs: number;
  /** How late a slot may be used at the write. */
  readonly latenessMs: number;
  /** Calls in flight of the fleet; 0 for any number. */
  readonly maxInFlight: number;
  /** How long a call counts as in flight at most, from its slot. */
  readonly callMs: number;
  readonly share: Share | undefined;
}

/** A part of the limit that a pod may spend for a time without Redis. */
export interface Share {
  readonly count: number;
  readonly leaseMs: number;
  /** From the end of its lease until it is spent: nothing of the whole limit is left in any window. */
  readonly closedMs: number;
  readonly spendMs: number;
  /** For how long after the end of its lease it may be in use. */
  readonly busyMs: number;
  /** The longest closing window: when a pod's last call has left it. */
  readonly closingMs: number;
  /** Between two slots of one share. */
  readonly spacingMs: number;
}

/** What must be left of the margin for the way to the target, whose time differs from call to call. */
const wirePart = 0.25;

/** How long Redis believes a pod that it does not hear to be there: five beats, so that one lost reply costs nothing. */
const shareLeaseMs = 5_000;

/** A reply may be as late as a command may take (200 ms), and clocks run at speeds of their own. */
const slackMs = 1_000;

export function createPace(limit: TargetConfig['limit'], timeoutMs: number): Pace {
  const { margin, horizon, windows } = limit;
  const sharing = limit.withoutRedis === 'share';
  const shareOf = (calls: number) => (sharing ? Math.floor(calls / limit.shares) : 0);
  const short = windows
    .filter(isPaced)
    .map(({ calls, per }) => ({ calls, closingMs: per + margin, shareCalls: shareOf(calls) }));
  const long = windows
    .filter((window) => !isPaced(window))
    .map(({ calls, per }) => ({ calls, perMs: per, closingMs: per + margin, bucketMs: per / windowBuckets }));
  const closingMs = Math.max(...short.map((window) => window.closingMs));
  const closedMs = horizon + closingMs;
  return {
    short,
    long,
    spacingMs: Math.max(...short.map((window) => window.closingMs / window.calls)),
    horizonMs: horizon,
    latenessMs: margin * (1 - wirePart),
    maxInFlight: limit.maxInFlight ?? 0,
    callMs: timeoutMs + margin + 5_000,
    share: sharing
      ? {
          count: limit.shares,
          leaseMs: shareLeaseMs,
          closedMs,
          spendMs: limit.shareFor,
          busyMs: closedMs + limit.shareFor + closingMs + 2 * slackMs,
          closingMs,
          spacingMs: Math.max(...short.map((window) => window.closingMs / window.shareCalls)),
        }
      : undefined,
  };
}

/** Scripts count in microseconds, and in whole ones. */
export function toUs(ms: number): number {
  return Math.round(ms * 1_000);
}

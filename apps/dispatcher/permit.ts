import { flightKey, logKey, scheduleKey, sharesKey } from '../shared/first-start.ts';
import { keyPrefix } from '../shared/redis.ts';
import type { Held } from './held.ts';
import { toUs, type Pace } from './pace.ts';
import type { Scripts } from './scripts.ts';

/** A moment at which one call may be made, on this pod's monotonic clock. */
export interface Slot {
  /** Never earlier: Redis' reply plus the wait. */
  readonly dueMs: number;
  /**
   * Not later: the sending of the request plus the wait, plus what the margin allows at the write. Counted from when the
   * reservation was *sent*, since a reply that was long under way would else move this pod's slots into the next window
   * unseen.
   */
  readonly lateMs: number;
}

export type Permit =
  /** One a message, in their order: a slot, or `undefined` where the event is another pod's by now. May be fewer than asked. */
  | { readonly kind: 'slots'; readonly slots: readonly (Slot | undefined)[] }
  /** Every slot within the horizon is taken, a long window is used up, or enough calls are in flight. */
  | { readonly kind: 'full'; readonly waitMs: number }
  | { readonly kind: 'paused'; readonly waitMs: number; readonly reason: string }
  /** Redis does not answer: nobody may call. */
  | { readonly kind: 'gone'; readonly reason: string };

/** Asks for a slot for each; with none, only how things are. */
export type Reserve = (held: readonly Held[]) => Promise<Permit>;

/**
 * How soon after a pause calls are back at their pace: they begin at a quarter of it. A target that just refused calls
 * has a backlog of its own, and a second refusal costs more than these few calls.
 */
export const slowStartMs = 3_000;

export interface ReserveOptions {
  readonly script: Scripts['permit'];
  readonly names: { readonly instance: string; readonly target: string };
  readonly pace: Pace;
  /**
   * Names the Redis process that answers now, `undefined` while that is not known; another than before may be a replica
   * that lacks the latest slots.
   */
  readonly serverId: () => string | undefined;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export function createReserve({ script, names, pace, serverId, now }: ReserveOptions): Reserve {
  const { instance, target } = names;
  const prefix = keyPrefix(instance, target);
  const keys = [
    scheduleKey(instance, target),
    `${prefix}pause`,
    flightKey(instance, target),
    sharesKey(instance, target),
    ...pace.long.map(({ perMs }) => logKey(instance, target, perMs)),
  ];
  const limit = [
    toUs(pace.horizonMs),
    toUs(slowStartMs),
    pace.maxInFlight,
    toUs(pace.callMs),
    pace.share?.count ?? 0,
    toUs(pace.share?.leaseMs ?? 0),
    toUs(pace.share?.busyMs ?? 0),
  ];
  const windows = [
    pace.short.length,
    pace.long.length,
    ...pace.short.flatMap(({ calls, closingMs, shareCalls }) => [calls, toUs(closingMs), shareCalls]),
    ...pace.long.flatMap(({ calls, closingMs, bucketMs }) => [calls, toUs(closingMs), toUs(bucketMs)]),
  ];
  // Redis' time at the last reply, and when that reply was asked for: what tells a clock that jumped ahead.
  let seen = { us: 0, sentMs: 0 };
  let server: string | undefined;

  return async (held) => {
    const asked = serverId();
    if (server !== undefined && asked === undefined)
      return { kind: 'gone', reason: 'it is not known yet which Redis this is' };
    const replaced = server !== undefined && asked !== server;
    const sentMs = now();
    const elapsedUs = seen.us === 0 ? 0 : toUs(sentMs - seen.sentMs);
    const result = await script(
      [...keys, ...held.map(({ key }) => `${prefix}e:${key}`)],
      [...limit, seen.us, elapsedUs, replaced ? 1 : 0, ...windows, ...held.map(({ owner }) => owner)],
    );
    if (!result.ok) return { kind: 'gone', reason: result.reason };
    const repliedMs = now();
    const [kind, us, ...rest] = result.reply as [string, number, ...(number | string)[]];
    seen = { us, sentMs };
    server = asked;
    switch (kind) {
      case 'slots':
        return {
          kind,
          slots: rest.map((waitUs) => {
            const waitMs = Number(waitUs) / 1_000;
            return waitMs < 0 ? undefined : { dueMs: repliedMs + waitMs, lateMs: sentMs + waitMs + pace.latenessMs };
          }),
        };
      case 'full':
        return { kind, waitMs: Number(rest[0]) / 1_000 };
      case 'paused':
        return { kind, waitMs: Number(rest[0]), reason: String(rest[1]) };
      default:
        throw new Error(`permit.lua replied ${kind}, which nobody knows`);
    }
  };
}

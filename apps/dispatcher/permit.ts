import { circuitKey, flightKey, logKey, pauseKey, recordKey, scheduleKey, sharesKey } from '../shared/state-keys.ts';
import type { Held } from './held.ts';
import { toUs, type Pace } from './pace.ts';
import { createRedisClock } from './redis-clock.ts';
import type { Scripts } from './scripts.ts';

/** A moment at which one call may be made, on this pod's monotonic clock. */
export interface Slot {
  /** Never earlier: the latest moment at which it can be the slot's time at Redis. */
  readonly dueMs: number;
  /**
   * Not later: the earliest moment at which it can be that time, plus what the margin allows at the write. With both bounds
   * the call lies within [slot, slot + margin] of Redis' clock, however long the reply was under way.
   */
  readonly lateMs: number;
}

export type Permit =
  /** One a message, in their order: a slot, or `undefined` where the event is another pod's by now. May be fewer than asked. */
  | { readonly kind: 'slots'; readonly slots: readonly (Slot | undefined)[] }
  /** Every slot within the horizon is taken, a long window is used up, or enough calls are in flight. */
  | { readonly kind: 'full'; readonly waitMs: number }
  | { readonly kind: 'paused'; readonly waitMs: number; readonly reason: string }
  /** The circuit is open: nobody may call but its probe. */
  | { readonly kind: 'open'; readonly waitMs: number }
  /** Redis does not answer: nobody may call. */
  | { readonly kind: 'gone'; readonly reason: string };

/** What wants a slot: a claim by its record's key and its owner. */
export type Wanting = Pick<Held, 'key' | 'owner'>;

/** Asks for a slot for each; with none, only how things are. */
export type Reserve = (wanting: readonly Wanting[]) => Promise<Permit>;

/** A call of this pod that is for no event. */
export function guestOf(pod: string): Wanting {
  return { key: '', owner: `!${pod}` };
}

/**
 * How soon after a pause calls are back at their pace: they begin at a quarter of it. A target that just refused calls
 * has a backlog of its own, and a second refusal costs more than these few calls.
 */
export const slowStartMs = 3_000;

export interface ReserveOptions {
  readonly script: Scripts['permit'];
  readonly names: { readonly instance: string; readonly target: string };
  readonly pace: Pace;
  /** Names this pod; no two are alike. */
  readonly pod: string;
  /**
   * Names the Redis process that answers now, `undefined` while that is not known; another than before may be a replica
   * that lacks the latest slots.
   */
  readonly serverId: () => string | undefined;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export function createReserve({ script, names, pace, pod, serverId, now }: ReserveOptions): Reserve {
  const { instance, target } = names;
  const keys = [
    scheduleKey(instance, target),
    pauseKey(instance, target),
    flightKey(instance, target),
    sharesKey(instance, target),
    circuitKey(instance, target),
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
    pod,
    ...pace.short.flatMap(({ calls, closingMs, shareCalls }) => [calls, toUs(closingMs), shareCalls]),
    ...pace.long.flatMap(({ calls, closingMs, bucketMs }) => [calls, toUs(closingMs), toUs(bucketMs)]),
  ];
  const clock = createRedisClock();
  let server: string | undefined;

  const ask = async (wanting: readonly Wanting[], disbelief: string): Promise<Permit | 'stepped'> => {
    const sentMs = now();
    const result = await script(
      [...keys, ...wanting.map(({ key }) => recordKey(instance, target, key))],
      [...limit, disbelief, clock.latestUs(sentMs), ...windows, ...wanting.map(({ owner }) => owner)],
    );
    if (!result.ok) return { kind: 'gone', reason: result.reason };
    const [kind, us, ...rest] = result.reply as [string, number, ...(number | string)[]];
    if (!clock.heard(us, sentMs, now()) && disbelief !== 'stepped') return 'stepped';
    switch (kind) {
      case 'slots':
        return { kind, slots: rest.map((waitUs) => slotAt(us, Number(waitUs))) };
      case 'full':
        return { kind, waitMs: Number(rest[0]) / 1_000 };
      case 'paused':
        return { kind, waitMs: Number(rest[0]), reason: String(rest[1]) };
      case 'open':
        return { kind, waitMs: Number(rest[0]) };
      default:
        throw new Error(`permit.lua replied ${kind}, which nobody knows`);
    }
  };
  const slotAt = (us: number, waitUs: number): Slot | undefined => {
    if (waitUs < 0) return undefined;
    const { earliestMs, latestMs } = clock.toLocal(us + waitUs);
    return { dueMs: latestMs, lateMs: earliestMs + pace.latenessMs };
  };

  return async (wanting) => {
    const answering = serverId();
    if (server !== undefined && answering === undefined)
      return { kind: 'gone', reason: 'it is not known yet which Redis this is' };
    const permit = await ask(wanting, server !== undefined && answering !== server ? 'replaced' : '');
    // Slots of a clock that jumped lie among those of before; so they are left, and the limit is closed until both are over.
    const told = permit === 'stepped' ? await ask([], 'stepped') : permit;
    if (told === 'stepped') throw new Error('A question that tells of a step is answered');
    if (told.kind !== 'gone') server = answering;
    return told;
  };
}

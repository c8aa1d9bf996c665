import { keyPrefix } from '../shared/redis.ts';
import { scheduleKey } from '../shared/first-start.ts';
import { horizonMs } from './timing.ts';
import type { Held } from './held.ts';
import type { Scripts } from './scripts.ts';

/** A moment at which one call may be made, on this pod's monotonic clock. */
export interface Slot {
  /** Never earlier: Redis' reply plus the wait. */
  readonly dueMs: number;
  /**
   * Not later: the sending of the request plus the wait, plus the margin. Counted from when the reservation was *sent*,
   * since a reply that was long under way would else move this pod's slots into the next window unseen.
   */
  readonly lateMs: number;
}

export type Permit =
  /** One a message, in their order: a slot, or `undefined` where the event is another pod's by now. May be fewer than asked. */
  | { readonly kind: 'slots'; readonly slots: readonly (Slot | undefined)[] }
  /** Every slot within the horizon is taken. */
  | { readonly kind: 'full'; readonly waitMs: number }
  | { readonly kind: 'paused'; readonly waitMs: number; readonly reason: string }
  /** Redis does not answer: nobody may call. */
  | { readonly kind: 'gone'; readonly reason: string };

/** Asks for a slot for each; with none, only how things are. */
export type Reserve = (held: readonly Held[]) => Promise<Permit>;

export interface LimitOptions {
  readonly calls: number;
  readonly perMs: number;
  readonly marginMs: number;
}

export function createReserve(
  script: Scripts['permit'],
  target: { readonly instance: string; readonly target: string },
  { calls, perMs, marginMs }: LimitOptions,
  now: () => number,
): Reserve {
  const prefix = keyPrefix(target.instance, target.target);
  const keys = [scheduleKey(target.instance, target.target), `${prefix}pause`];
  const limit = [calls, (perMs + marginMs) * 1_000, horizonMs * 1_000];
  return async (held) => {
    const sentMs = now();
    const result = await script(
      [...keys, ...held.map(({ key }) => `${prefix}e:${key}`)],
      [...limit, ...held.map(({ owner }) => owner)],
    );
    if (!result.ok) return { kind: 'gone', reason: result.reason };
    const repliedMs = now();
    const [kind, ...rest] = result.reply as [string, ...(number | string)[]];
    switch (kind) {
      case 'slots':
        return {
          kind,
          slots: rest.map((waitUs) => {
            const waitMs = Number(waitUs) / 1_000;
            return waitMs < 0 ? undefined : { dueMs: repliedMs + waitMs, lateMs: sentMs + waitMs + marginMs };
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

import { keyPrefix } from '../shared/redis.ts';
import {
  circuitKey,
  flightKey,
  oldestKey,
  pauseChannel,
  pauseKey,
  recordKey,
  throttledKey,
  unsettledKey,
} from '../shared/state-keys.ts';
import { slowStartMs } from './permit.ts';
import { rememberMs } from './timing.ts';
import type { Held, Received } from './held.ts';
import type { Scripts } from './scripts.ts';

/** Why an event is buried; the `class` of its dead letter. */
export const deadClasses = ['refused', 'failed', 'in_doubt', 'conflict', 'malformed'] as const;
export type DeadClass = (typeof deadClasses)[number];

export type Claim =
  | {
      readonly kind: 'claimed' | 'doubt';
      readonly owner: string;
      readonly attempts: number;
      /** Throttles meet this event, and nobody else. */
      readonly alone: boolean;
    }
  | { readonly kind: 'held' | 'waiting'; readonly waitMs: number }
  | { readonly kind: 'burying'; readonly class: DeadClass }
  | { readonly kind: 'done' | 'dead' | 'conflict' };

/** How a try ended that is to be repeated; what each costs stands in `release.lua`. */
export type ReleaseReason = 'untried' | 'throttled' | 'unavailable' | 'failed';

export type Released =
  | { readonly kind: 'waiting'; readonly waitMs: number; readonly attempts: number }
  | { readonly kind: 'exhausted'; readonly attempts: number }
  | { readonly kind: 'lost' | 'gone' };

/** Whom a call found at the target, for the fleet's circuit; `nothing` where there was no call. */
export type Heard = 'somebody' | 'nobody' | 'nothing';

export interface ReleaseOptions {
  /** The target may still be at work on the call. */
  readonly mayRun?: boolean;
  /** The call is to be asked for before another one is made. */
  readonly doubt?: boolean;
  readonly heard?: Heard | undefined;
  /** Not to be tried before that, by no copy of it. */
  readonly waitMs?: number;
}

export interface Letter {
  /** The record's, which for a conflict is not the event's own. */
  readonly key: string;
  readonly owner: string;
  readonly class: DeadClass;
  readonly digest: string;
  readonly redrive: number;
  readonly heard?: Heard;
}

/** Whether a write was made: not where another owner has the record by now, nor where Redis is gone. */
export type Written = 'written' | 'lost' | 'gone';

/** The record of every event at one target. `gone` and `undefined` say that Redis did not answer. */
export interface Ledger {
  claim(received: readonly Received[]): Promise<readonly Claim[] | undefined>;
  /** Per event whether it is still ours. */
  renew(held: readonly Held[]): Promise<readonly boolean[] | undefined>;
  complete(held: Pick<Held, 'key' | 'owner' | 'event'>): Promise<Written>;
  release(held: Held, reason: ReleaseReason, options?: ReleaseOptions): Promise<Released>;
  bury(stage: 'begin' | 'end', letter: Letter): Promise<Written>;
}

export interface LedgerOptions {
  readonly scripts: Pick<Scripts, 'claim' | 'renew' | 'complete' | 'release' | 'bury'>;
  readonly instance: string;
  readonly target: string;
  readonly leaseMs: number;
  /** How long a call may be at work whose answer is not known, where it is asked for; 0 where it is simply made again. */
  readonly doubtMs: number;
  readonly retry: { readonly attempts: number; readonly backoff: { readonly first: number; readonly max: number } };
  /** Names each claim; no two are ever alike, in any pod. */
  readonly newOwner: () => string;
  /** 0 to 1. */
  readonly random: () => number;
}

/** An outage burns no attempts, so nothing but this bounds how long an event sleeps after the target is back. */
const longestUnavailableMs = 30_000;

export function createLedger(options: LedgerOptions): Ledger {
  const { scripts, instance, target, leaseMs, retry } = options;
  const prefix = keyPrefix(instance, target);
  const keyOf = (key: string) => recordKey(instance, target, key);
  const deliveredKey = `${prefix}delivered`;
  const inFlightKey = flightKey(instance, target);
  const throttled = throttledKey(instance, target);
  const unsettled = unsettledKey(instance, target);
  const circuitKeys = [circuitKey(instance, target), pauseKey(instance, target)];
  const circuitTold = [pauseChannel(instance, target), slowStartMs];
  const written = (reply: { ok: boolean; reply?: unknown }): Written =>
    reply.ok ? (reply.reply === 1 ? 'written' : 'lost') : 'gone';

  return {
    async claim(received) {
      const owners = received.map(() => options.newOwner());
      const args = received.flatMap(({ event, message }, i) => [
        owners[i] ?? '',
        event.digest,
        event.redrive,
        message.firstSentAtMs ?? message.sentAtMs,
        message.receiveCount > 1 || message.firstSentAtMs !== undefined ? 1 : 0,
        waitsSinceMs(event, message),
      ]);
      const result = await scripts.claim(
        [
          `${prefix}born`,
          deliveredKey,
          oldestKey(instance, target),
          throttled,
          unsettled,
          ...received.map(({ key }) => keyOf(key)),
        ],
        [leaseMs, rememberMs, options.doubtMs, ...args],
      );
      if (!result.ok) return undefined;
      return (result.reply as [string, number | string, number?][]).map(([kind, value, alone], i) =>
        toClaim(kind, value, owners[i] ?? '', alone === 1),
      );
    },

    async renew(held) {
      const keys = held.map(({ key }) => keyOf(key));
      const result = await scripts.renew(keys, [leaseMs, rememberMs, ...held.map(({ owner }) => owner)]);
      return result.ok ? (result.reply as number[]).map((renewed) => renewed === 1) : undefined;
    },

    async complete({ key, owner, event }) {
      return written(
        await scripts.complete(
          [keyOf(key), deliveredKey, inFlightKey, ...circuitKeys, unsettled],
          [owner, event.digest, rememberMs, ...circuitTold],
        ),
      );
    },

    async release({ key, owner }, reason, { mayRun = false, doubt = false, heard = 'nothing', waitMs = 0 } = {}) {
      const jitter = 0.5 + options.random() / 2;
      const maxMs = reason === 'unavailable' ? Math.min(longestUnavailableMs, retry.backoff.max) : retry.backoff.max;
      const backoff = [retry.backoff.first, maxMs, jitter];
      const result = await scripts.release(
        [keyOf(key), deliveredKey, inFlightKey, ...circuitKeys, throttled],
        [
          ...[owner, rememberMs, reason, ...backoff, retry.attempts],
          ...[mayRun ? 1 : 0, doubt ? 1 : 0, Math.ceil(waitMs), heard, ...circuitTold],
        ],
      );
      if (!result.ok) return { kind: 'gone' };
      const [kind, first, second] = result.reply as [string, number, number];
      if (kind === 'waiting') return { kind, waitMs: first, attempts: second };
      return kind === 'exhausted' ? { kind, attempts: first } : { kind: 'lost' };
    },

    async bury(stage, letter) {
      const { key, owner, class: kind, digest, redrive, heard = 'nothing' } = letter;
      const args = [stage, owner, kind, digest, redrive, rememberMs, heard, ...circuitTold];
      return written(await scripts.bury([keyOf(key), inFlightKey, ...circuitKeys, unsettled], args));
    },
  };
}

/** Since when an event waits for its target: one that was brought back from the dead letters waits anew. */
function waitsSinceMs(
  { receivedAt, redrive }: Received['event'],
  { sentAtMs, firstSentAtMs }: Received['message'],
): number {
  const receivedAtMs = Date.parse(receivedAt);
  return redrive === 0 && receivedAtMs > 0 ? receivedAtMs : (firstSentAtMs ?? sentAtMs);
}

function toClaim(kind: string, value: number | string, owner: string, alone: boolean): Claim {
  switch (kind) {
    case 'claimed':
    case 'doubt':
      return { kind, owner, attempts: Number(value), alone };
    case 'held':
    case 'waiting':
      return { kind, waitMs: Number(value) };
    case 'burying':
      return { kind, class: value as DeadClass };
    case 'done':
    case 'dead':
    case 'conflict':
      return { kind };
    default:
      throw new Error(`claim.lua replied ${kind}, which nobody knows`);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from '../shared/event.ts';
import type { Redis } from '../shared/redis.ts';
import { recordKey } from '../shared/state-keys.ts';
import { span, type Ended, type Print } from './print.ts';
import { patiently, reachRedis, unreachable } from './reach.ts';

/** How long the end of an event is waited for, and where it is written down. */
export interface AwaitEnd {
  readonly waitMs: number;
  readonly instance: string;
  readonly redisUrl: string;
  /** Under which name the receiver knows who sends. */
  readonly sender: string;
}

export interface AwaitEndTools {
  readonly print: Print;
  readonly createRedis: (url: string) => Redis;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** As soon as a person would notice. */
const lookEveryMs = 250;

/** Watches the ledger until the event has ended at each of its targets; fails where it is dead, or not ended in time. */
export async function awaitEnd(
  { waitMs, instance, redisUrl, sender }: AwaitEnd,
  event: { readonly id: string; readonly source: string },
  targets: readonly string[],
  { print, createRedis, now }: AwaitEndTools,
): Promise<Ended> {
  const reached = await reachRedis(redisUrl, createRedis);
  if (!reached.ok) {
    print.tell(reached.told);
    return { ok: false };
  }
  const { redis } = reached;
  const startedMs = now();
  const open = new Set(targets);
  let ok = true;
  try {
    while (open.size > 0) {
      for (const target of open) {
        const key = keyOf(instance, target, { ...event, sender, identity: 'id', digest: '' });
        const record = await patiently(() => redis.get(recordKey(instance, target, key)));
        const isDead = record?.startsWith('x ') === true;
        if (!isDead && record?.startsWith('d ') !== true) continue;
        open.delete(target);
        ok &&= !isDead;
        const took = span(now() - startedMs);
        if (isDead) print.tell(`Dead-lettered at ${target} after ${took}: egw dlq show says why.`);
        else await print.out(`Delivered to ${target} after ${took}.`);
      }
      if (open.size === 0) break;
      if (now() - startedMs > waitMs) {
        print.tell(`Not ended at ${[...open].join(', ')} within ${span(waitMs)}: egw status says what holds it up.`);
        return { ok: false };
      }
      await sleep(lookEveryMs);
    }
    return { ok };
  } catch (error) {
    print.tell(unreachable(redisUrl, error));
    return { ok: false };
  } finally {
    redis.disconnect();
  }
}

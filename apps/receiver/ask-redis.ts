import {
  forgetOlder,
  readFleetState,
  readOldest,
  readTimeUs,
  type FleetState,
  type OldestSeen,
} from '../shared/fleet-state.ts';
import type { Redis } from '../shared/redis.ts';
import { latencyKey } from '../shared/state-keys.ts';

/** What Redis knows of a fleet. */
export interface Fleet {
  readonly fleet: FleetState;
  readonly oldest: OldestSeen;
  /** 95th percentile of its calls of late; `undefined` where none were made. */
  readonly latencyMs: number | undefined;
}

export interface RedisItself {
  /** `undefined` where this user may not ask. */
  readonly memory: { readonly usedBytes: number; readonly limitBytes: number } | undefined;
  /** This machine's clock less that of Redis. */
  readonly clockOffsetMs: number;
}

export interface AskRedis {
  /** `undefined` where Redis does not answer. */
  readonly fleet: (target: string) => Promise<Fleet | undefined>;
  /** Rejects where Redis does not answer. */
  readonly itself: () => Promise<RedisItself>;
  readonly forget: (target: string, beforeMs: number) => Promise<void>;
}

/** The receiver's questions to Redis. None is on the way of an event. `clock`: wall clock, ms. */
export function createAskRedis(redis: Redis, instance: string, clock: () => number): AskRedis {
  return {
    async fleet(target) {
      try {
        const names = { instance, target };
        const nowMs = Math.floor((await readTimeUs(redis)) / 1_000);
        const latency = await redis.get(latencyKey(instance, target));
        return {
          fleet: await readFleetState(redis, names, nowMs),
          oldest: await readOldest(redis, names),
          latencyMs: latency === null ? undefined : Number(latency),
        };
      } catch {
        return undefined;
      }
    },
    async itself() {
      const askedMs = clock();
      const redisMs = (await readTimeUs(redis)) / 1_000;
      // The reply took half of the round trip, about.
      const clockOffsetMs = (askedMs + clock()) / 2 - redisMs;
      const info = await redis.info('memory').catch(() => '');
      const bytes = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN);
      const usedBytes = bytes('used_memory');
      const limitBytes = bytes('maxmemory') || bytes('total_system_memory');
      const known = usedBytes >= 0 && limitBytes > 0;
      return { memory: known ? { usedBytes, limitBytes } : undefined, clockOffsetMs };
    },
    forget: (target, beforeMs) => forgetOlder(redis, { instance, target }, beforeMs),
  };
}

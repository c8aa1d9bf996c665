import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '../shared/redis.ts';

export type Reached = { readonly ok: true; readonly redis: Redis } | { readonly ok: false; readonly told: string };

/** Connects, or says what is wrong. */
export async function reachRedis(redisUrl: string, createRedis: (url: string) => Redis): Promise<Reached> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return { ok: true, redis };
  } catch (error) {
    redis.disconnect();
    return { ok: false, told: unreachable(redisUrl, error) };
  }
}

export function unreachable(redisUrl: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `Redis at ${new URL(redisUrl).host} cannot be reached (${reason}): start it, or correct REDIS_URL.`;
}

/** A command waits 200 ms; a failover or a slow moment takes longer, so it is asked again. For reading only. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 4) throw error;
      await sleep(500);
    }
  }
}

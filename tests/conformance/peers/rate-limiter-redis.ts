import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { workOff, type StartPeer } from './peer.ts';

/** Greedy: asks until it may, and waits for as long as it is told. */
export function createAcquire(redis: Redis, calls: number, perMs: number): () => Promise<void> {
  // Of less than a second that limiter makes a window without an end.
  if (perMs % 1_000 !== 0) throw new Error(`RateLimiterRedis counts in whole seconds: PER_MS is ${perMs}`);
  const limiter = new RateLimiterRedis({ storeClient: redis, points: calls, duration: perMs / 1_000 });
  return async () => {
    for (;;) {
      try {
        await limiter.consume('target');
        return;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        await new Promise((resolve) => setTimeout(resolve, refused.msBeforeNext));
      }
    }
  };
}

export const startRateLimiterRedis: StartPeer = async ({ redisUrl, calls, perMs, call }) => {
  const redis = new Redis(redisUrl);
  await redis.ping();
  return workOff(createAcquire(redis, calls, perMs), call);
};

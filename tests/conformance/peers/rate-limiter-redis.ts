import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { workOff, type StartPeer } from './peer.ts';

/** Greedy: asks until it may, and waits for as long as it is told. */
export const startRateLimiterRedis: StartPeer = async ({ redisUrl, calls, perMs, call }) => {
  const redis = new Redis(redisUrl);
  await redis.ping();
  const limiter = new RateLimiterRedis({ storeClient: redis, points: calls, duration: perMs / 1_000 });
  const acquire = async () => {
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
  return workOff(acquire, call);
};

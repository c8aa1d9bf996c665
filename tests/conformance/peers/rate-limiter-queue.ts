import { Redis } from 'ioredis';
import { RateLimiterQueue, RateLimiterRedis } from 'rate-limiter-flexible';
import { workOff, type StartPeer } from './peer.ts';

export const startRateLimiterQueue: StartPeer = async ({ redisUrl, calls, perMs, call }) => {
  const redis = new Redis(redisUrl);
  await redis.ping();
  const limiter = new RateLimiterRedis({ storeClient: redis, points: calls, duration: perMs / 1_000 });
  const queue = new RateLimiterQueue(limiter);
  const acquire = async () => {
    await queue.removeTokens(1, 'target');
  };
  return workOff(acquire, call);
};

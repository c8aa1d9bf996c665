import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Redis } from '../shared/redis.ts';
import { refused, type Refused } from './refuse.ts';

export interface ThrottleOptions {
  readonly requests: number;
  readonly perMs: number;
}

export interface Allowed {
  readonly ok: true;
  readonly headers: Readonly<Record<string, string>>;
}

/** One request of one sender more, or one too many. */
export type Throttle = (sender: string) => Promise<Allowed | Refused>;

/**
 * The inbound limit of a sender, in a fixed window, for all receivers together. Without Redis each counts for itself: the
 * limit protects us from a sender, so a pod's share of it being too generous is better than turning everyone away.
 */
export function createThrottle(redis: Redis, instance: string, { requests, perMs }: ThrottleOptions): Throttle {
  const window = { points: requests, duration: Math.max(1, Math.ceil(perMs / 1_000)) };
  const limiter = new RateLimiterRedis({
    ...window,
    storeClient: redis,
    keyPrefix: `egw:{${instance}}:inbound`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(window),
  });
  const policy = `"default";q=${requests};w=${window.duration}`;
  const describe = (state: RateLimiterRes) => ({
    'ratelimit-policy': policy,
    ratelimit: `"default";r=${Math.max(0, state.remainingPoints)};t=${Math.ceil(state.msBeforeNext / 1_000)}`,
  });
  return async (sender) => {
    try {
      return { ok: true, headers: describe(await limiter.consume(sender)) };
    } catch (thrown) {
      // The library rejects with its state, not with an error, when the limit is reached.
      if (!(thrown instanceof RateLimiterRes)) return { ok: true, headers: {} };
      return refused(
        'rate_limited',
        `${requests} requests per ${window.duration} s are allowed: wait, then send it again`,
        {
          headers: describe(thrown),
          retryAfterSeconds: Math.max(1, Math.ceil(thrown.msBeforeNext / 1_000)),
        },
      );
    }
  };
}

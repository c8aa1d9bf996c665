import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Redis } from '../shared/redis.ts';
import { refused, type Refused } from './refuse.ts';

export interface ThrottleOptions {
  readonly requests: number;
  readonly perMs: number;
}

export interface Allowed {
  readonly ok: true;
  /** Names and values in turn, as an answer takes them. */
  readonly headers: readonly string[];
}

/** One request of one sender more, or one too many. */
export type Throttle = (sender: string) => Promise<Allowed | Refused> | Allowed | Refused;

/** Senders whose windows are held in memory at once; whoever comes back finds the same window in Redis. */
const mostAccounts = 10_000;

/** What a receiver may hold of a sender's limit unused: another one would miss no more than this part. */
const sparePart = 0.01;

/** One sender's window, as this receiver knows it. */
interface Account {
  /** Requests that were taken from the limit, and have not come yet. */
  spare: number;
  used: number;
  remaining: number;
  isSpent: boolean;
  endsAtMs: number;
  taking: boolean;
  waiting: ((result: Allowed | Refused) => void)[];
}

/**
 * The inbound limit of a sender, in a fixed window, for all receivers together. Without Redis each counts for itself: the
 * limit protects us from a sender, so a pod's share of it being too generous is better than turning everyone away.
 *
 * Redis is asked once for all requests that wait for its answer, and for a few more: as many as the sender has used in this
 * window, and a hundredth of the limit at most.
 */
export function createThrottle(
  redis: Redis,
  instance: string,
  { requests, perMs }: ThrottleOptions,
  now: () => number,
): Throttle {
  const window = { points: requests, duration: Math.max(1, Math.ceil(perMs / 1_000)) };
  const limiter = new RateLimiterRedis({
    ...window,
    storeClient: redis,
    keyPrefix: `egw:{${instance}}:inbound`,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(window),
  });
  const policy = `"default";q=${requests};w=${window.duration}`;
  const mostSpare = Math.floor(requests * sparePart);
  const accounts = new Map<string, Account>();

  const leftOf = ({ remaining, spare, endsAtMs }: Account, atMs: number) =>
    `"default";r=${Math.max(0, remaining) + spare};t=${Math.max(1, Math.ceil((endsAtMs - atMs) / 1_000))}`;
  const describe = (account: Account, atMs: number) => {
    return ['ratelimit-policy', policy, 'ratelimit', leftOf(account, atMs)];
  };
  const refuse = (account: Account, atMs: number): Refused =>
    refused('rate_limited', `${requests} requests per ${window.duration} s are allowed: wait, then send it again`, {
      headers: { 'ratelimit-policy': policy, ratelimit: leftOf(account, atMs) },
      retryAfterSeconds: Math.max(1, Math.ceil((account.endsAtMs - atMs) / 1_000)),
    });

  /** Takes `count` from the limit, and tells how many of them there were; `undefined` where nobody could be asked. */
  const consume = async (sender: string, count: number, account: Account): Promise<number | undefined> => {
    const askedMs = now();
    const learn = ({ remainingPoints, msBeforeNext }: RateLimiterRes, granted: number): number => {
      account.remaining = remainingPoints;
      account.endsAtMs = askedMs + msBeforeNext;
      account.isSpent = granted < count;
      return granted;
    };
    try {
      return learn(await limiter.consume(sender, count), count);
    } catch (thrown) {
      // The library rejects with its state, not with an error, when less is left; what was left is taken all the same.
      if (!(thrown instanceof RateLimiterRes)) return undefined;
      return learn(thrown, Math.max(0, requests - (thrown.consumedPoints - count)));
    }
  };

  const take = async (sender: string, account: Account): Promise<void> => {
    account.taking = true;
    while (account.waiting.length > 0) {
      const asking = account.waiting.splice(0);
      const had = account.spare;
      account.spare = 0;
      const more = Math.max(0, asking.length - had) + Math.min(account.used, mostSpare);
      const granted = await consume(sender, more, account);
      const all = had + (granted ?? 0);
      account.spare = Math.max(0, all - asking.length);
      account.used += asking.length;
      const atMs = now();
      for (const [i, resolve] of asking.entries()) {
        if (granted === undefined) resolve({ ok: true, headers: [] });
        else resolve(i < all ? { ok: true, headers: describe(account, atMs) } : refuse(account, atMs));
      }
    }
    account.taking = false;
  };

  const accountOf = (sender: string): Account => {
    const known = accounts.get(sender);
    if (known !== undefined) return known;
    const [oldest] = accounts.keys();
    if (accounts.size >= mostAccounts && oldest !== undefined) accounts.delete(oldest);
    const account = { spare: 0, used: 0, remaining: 0, isSpent: false, endsAtMs: 0, taking: false, waiting: [] };
    accounts.set(sender, account);
    return account;
  };

  return (sender) => {
    const account = accountOf(sender);
    const atMs = now();
    if (atMs >= account.endsAtMs) {
      account.spare = 0;
      account.used = 0;
      account.isSpent = false;
    }
    if (account.spare > 0) {
      account.spare--;
      account.used++;
      return { ok: true, headers: describe(account, atMs) };
    }
    if (account.isSpent && !account.taking) return refuse(account, atMs);
    return new Promise((resolve) => {
      account.waiting.push(resolve);
      if (!account.taking) void take(sender, account);
    });
  };
}

import type { TargetConfig } from '../shared/config.ts';
import { declareFirstStart } from '../shared/first-start.ts';
import { isPaced } from '../shared/limit-config.ts';
import type { Redis } from '../shared/redis.ts';
import { reachRedis, unreachable } from './reach.ts';

export interface LimitOpen {
  readonly target: string;
  readonly windows: TargetConfig['limit']['windows'];
  readonly instance: string;
  readonly redisUrl: string;
}

export interface Done {
  readonly ok: boolean;
  readonly told: string;
}

/** Says to the limiter that a target has no past; told again it changes nothing. */
export async function openLimit(
  { target, windows, instance, redisUrl }: LimitOpen,
  createRedis: (url: string) => Redis,
): Promise<Done> {
  const reached = await reachRedis(redisUrl, createRedis);
  if (!reached.ok) return reached;
  const { redis } = reached;
  try {
    const long = windows.filter((window) => !isPaced(window)).map(({ per }) => per);
    const opened = await declareFirstStart(redis, { instance, target }, long);
    return opened.ok
      ? { ok: true, told: `The limit of ${target} (${instance}) is open.` }
      : { ok: false, told: `Redis at ${new URL(redisUrl).host} did not take it (${opened.reason}): try again.` };
  } catch (error) {
    return { ok: false, told: unreachable(redisUrl, error) };
  } finally {
    redis.disconnect();
  }
}

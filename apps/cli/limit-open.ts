import { declareFirstStart } from '../shared/first-start.ts';
import { isPaced } from '../shared/limit-config.ts';
import type { Redis } from '../shared/redis.ts';
import type { LimitOpen } from './command.ts';

export interface Done {
  readonly ok: boolean;
  readonly told: string;
}

/** Says to the limiter that a target has no past; told again it changes nothing. */
export async function openLimit(
  { target, windows, instance, redisUrl }: LimitOpen,
  createRedis: (url: string) => Redis,
): Promise<Done> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  const { host } = new URL(redisUrl);
  try {
    await redis.connect();
    const long = windows.filter((window) => !isPaced(window)).map(({ per }) => per);
    const opened = await declareFirstStart(redis, { instance, target }, long);
    return opened.ok
      ? { ok: true, told: `The limit of ${target} (${instance}) is open.` }
      : { ok: false, told: `Redis at ${host} did not take it (${opened.reason}): try again.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, told: `Redis at ${host} cannot be reached (${reason}): start it, or correct REDIS_URL.` };
  } finally {
    redis.disconnect();
  }
}

import { Redis } from 'ioredis';
import { adviseOnRedis } from './advice.ts';
import { nameError, type Log } from './log.ts';

export type { Redis };

/**
 * A connection that fails within 200 ms rather than hang. With ioredis' defaults a command to a dead or frozen Redis is
 * still pending after 6 s, and one that timed out is sent again after a reconnect, which would count a slot twice.
 */
export function createRedis(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Who subscribes does so at each `ready`: ioredis' own attempt rejects unheard where the connection breaks once more, and
    // ends the process.
    autoResubscribe: false,
    commandTimeout: 200,
    connectTimeout: 1_000,
    // A peer that vanished without a word is found out by silence: a new connection is tried after this.
    socketTimeout: 5_000,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 5), 1_000) + Math.random() * 50,
  });
}

/** Often enough to be found, seldom enough to be read. */
const tellEveryMs = 60_000;

/** As far as outages are heard of it. */
interface Heard {
  on(event: 'error', heard: (error: Error) => void): unknown;
  on(event: 'ready', heard: () => void): unknown;
}

interface TellOutages {
  readonly url: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** Logs that Redis is gone, at once and each minute, and that it is back. */
export function tellOutages(redis: Heard, { url, log, now }: TellOutages): void {
  let toldMs = -Infinity;
  let isGone = false;
  redis.on('error', (error: Error) => {
    if (isGone && now() < toldMs + tellEveryMs) return;
    isGone = true;
    toldMs = now();
    log.warn({ error: nameError(error), advice: adviseOnRedis(url) }, 'redis.gone');
  });
  redis.on('ready', () => {
    if (isGone) log.info({}, 'redis.back');
    isGone = false;
  });
}

/** An INFO that found no answer is asked again after this, in ms. */
const askAgainMs = 500;

/**
 * Tells which Redis process is at the other end, by its run id: `undefined` while it is not known. A user that may not ask
 * sees one and the same for good.
 */
export function followServer(redis: Redis): () => string | undefined {
  let runId: string | undefined;
  const ask = () => {
    redis.info('server').then(
      (info) => {
        runId = /^run_id:(\w+)/m.exec(info)?.[1] ?? 'unnamed';
      },
      (error: unknown) => {
        if (error instanceof Error && error.message.startsWith('NOPERM')) runId = 'not told';
        else if (redis.status === 'ready') setTimeout(ask, askAgainMs).unref();
      },
    );
  };
  redis.on('ready', ask);
  redis.on('close', () => {
    runId = undefined;
  });
  return () => runId;
}

/** A script's reply, or why there is none. A Redis that is down, frozen, full or refusing is all the same: gone. */
export type ScriptReply =
  { readonly ok: true; readonly reply: unknown } | { readonly ok: false; readonly reason: string };

export type RunScript = (keys: readonly string[], args: readonly (string | number)[]) => Promise<ScriptReply>;

/**
 * Makes a Lua script callable. It is never sent twice: a reply that got lost means a slot or a write that may have
 * happened, and asking again would make it happen twice.
 */
export function loadScript(redis: Redis, name: string, lua: string): RunScript {
  redis.defineCommand(name, { lua });
  // ioredis puts it on the client by its name, which no type can know.
  const command = (redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>)[name];
  if (command === undefined) throw new Error(`ioredis did not define ${name}`);
  return async (keys, args) => {
    try {
      return { ok: true, reply: await command.call(redis, keys.length, ...keys, ...args) };
    } catch (error) {
      return { ok: false, reason: nameError(error) };
    }
  };
}

/** The prefix of all keys of one target of one installation, hash-tagged: they share a slot of a Redis cluster. */
export function keyPrefix(instance: string, target: string): string {
  return `egw:{${instance}/${target}}:`;
}

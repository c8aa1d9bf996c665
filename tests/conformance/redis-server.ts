import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { startProcess, type Process } from './processes.ts';

/** A real Redis that remembers nothing over a restart but what it is told to. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: () => number;
  /** Killed, and back at the same port without its data; resolves when it answers again. */
  readonly restartEmpty: () => Promise<void>;
  /** Keeps a copy of all that it holds now. */
  readonly copy: () => Promise<void>;
  /** Killed, and back at the same port with the last copy: as an older replica that is promoted. */
  readonly restartFromCopy: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** As a replica that never got the data and is promoted. */
  readonly flush: () => Promise<void>;
  /** `CONFIG SET`. */
  readonly configure: (name: string, value: string) => Promise<void>;
  /** Scripts it has run by now. */
  readonly scriptsRun: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** A copy is written to a disk that others use as well. */
const patienceMs = 10_000;

/** `folder` is where a copy is kept. */
export async function startRedisServer(
  folder: string,
  died: (sentence: string) => void,
  signal: AbortSignal,
): Promise<RedisServer> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const start = () =>
    startProcess({
      name: 'redis-server',
      command: 'redis-server',
      args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
      readyBy: (line) => (line.includes('Ready to accept connections') ? true : undefined),
      died,
      signal,
    });
  const ask = async <T>(question: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url, { lazyConnect: true, commandTimeout: patienceMs });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  };
  let server: Process<true> = await start();
  const restart = async () => {
    await server.stop('SIGKILL');
    server = await start();
  };
  return {
    port,
    url,
    pid: () => server.pid,
    async restartEmpty() {
      await rm(join(folder, 'dump.rdb'), { force: true });
      await restart();
    },
    async copy() {
      await ask((redis) => redis.save());
    },
    restartFromCopy: restart,
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async flush() {
      await ask((redis) => redis.flushall());
    },
    async configure(name, value) {
      await ask((redis) => redis.config('SET', name, value));
    },
    scriptsRun: () =>
      ask(async (redis) => {
        const text = await redis.info('commandstats');
        const counts = [...text.matchAll(/cmdstat_(?:eval|evalsha):calls=(\d+)/g)].map(([, count]) => Number(count));
        return counts.reduce((sum, count) => sum + count, 0);
      }),
    async stop() {
      // A stopped process takes no other signal than this one.
      await server.stop('SIGKILL');
    },
  };
}

export async function readRedisVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)('redis-server', ['--version']);
  return /v=(\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** A port that nobody has right now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

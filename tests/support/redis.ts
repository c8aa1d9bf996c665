import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createRedisMock } from 'js-redis-server';
import { createRedis, type Redis } from '../../apps/shared/redis.ts';

export interface TestRedis {
  readonly redis: Redis;
  readonly close: () => Promise<void>;
}

/** A Redis of the test's own: the embedded one, or with `EGW_TEST_REDIS=real` a `redis-server`. */
export async function startRedis(): Promise<TestRedis> {
  const server = process.env['EGW_TEST_REDIS'] === 'real' ? await startServer() : await startMock();
  const redis = createRedis(server.url);
  redis.on('error', () => undefined);
  // The embedded one compiles its Lua on first use, which a busy machine draws out: no fault of what is tested.
  redis.options.commandTimeout = 10_000;
  await connected(redis);
  return {
    redis,
    async close() {
      redis.disconnect();
      await server.stop();
    },
  };
}

async function connected(redis: Redis): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      if (redis.status === 'wait') await redis.connect();
      await redis.ping();
      return;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function startMock(): Promise<Server> {
  const mock = await createRedisMock();
  const [address] = mock.addresses();
  return { url: `redis://127.0.0.1:${address?.port ?? 0}`, stop: () => mock.close() };
}

async function startServer(): Promise<Server> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

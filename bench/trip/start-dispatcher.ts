import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { repository } from '../../tests/conformance/tree.ts';
import { awsEnvironment } from '../stand-in/start.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { mutation } from './mutation.ts';
import { queueName, type TripStage } from './stage.ts';
import { startPinned, type Program } from './start-pinned.ts';

export interface LimitSetup {
  /** Calls a second, of all dispatchers together. */
  readonly callsPerSecond: number;
  /** Calls in flight of each. */
  readonly concurrency: number;
}

export interface DispatchersOptions {
  readonly count?: number;
  /** Asks them for their memory. */
  readonly watch?: MemoryWatch;
}

const target = 'crm';

/** What a call is expected to take: what the stand-in takes. */
const latency = '5ms';

/** Starts dispatchers of one target as the images do, with log and metrics; its limit is open at once. */
export async function startDispatchers(
  stage: TripStage,
  limit: LimitSetup,
  { count = 1, watch }: DispatchersOptions = {},
): Promise<readonly Program[]> {
  const { folder, standIn, redis } = stage;
  const instance = `bench-${randomUUID()}`;
  const config = {
    auth: { allowAnonymous: true },
    targets: {
      [target]: {
        queue: { url: standIn.queueUrl(queueName), deadLetterUrl: standIn.queueUrl('dead-letters') },
        graphql: { endpoint: stage.target.url, mutation },
        limit: { windows: [{ calls: limit.callsPerSecond, per: '1s' }], concurrency: limit.concurrency },
        latency,
      },
    },
  };
  const configPath = join(folder, `gateway-${instance}.yaml`);
  await writeFile(configPath, stringify(config));
  await declareNoPast(redis.url, instance);
  const startOne = (_: unknown, number: number) =>
    startPinned(stage, {
      name: `dispatcher ${number + 1}`,
      args: [...(watch?.nodeArgs ?? []), '--disable-proto=delete', join(repository, 'apps/dispatcher/main.ts')],
      env: {
        NODE_ENV: 'production',
        EGW_CONFIG: configPath,
        EGW_TARGET: target,
        EGW_INSTANCE: instance,
        REDIS_URL: redis.url,
        OPS_PORT: '0',
        HOST: '127.0.0.1',
        ...awsEnvironment(standIn.endpoint),
      },
      ...(watch === undefined ? {} : { complained: watch.complained }),
    });
  return Promise.all(Array.from({ length: count }, startOne));
}

async function declareNoPast(redisUrl: string, instance: string): Promise<void> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const declared = await declareFirstStart(redis, { instance, target }, []);
    if (!declared.ok) throw new Error(`Redis did not take the first start: ${declared.reason}`);
  } finally {
    redis.disconnect();
  }
}

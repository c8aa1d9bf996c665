import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { declareFirstStart } from '../shared/first-start.ts';
import { createRedis } from '../shared/redis.ts';
import { startApp, startEmbedded, type Env, type PartFailed } from './parts.ts';
import { limit, setUpQueues, targetName, writeConfig, type Queues } from './setup.ts';

export interface Pipeline {
  readonly url: string;
  readonly adminUrl: string;
  readonly key: string;
  readonly queues: Queues;
  /** What runs where, for a person. */
  readonly places: readonly (readonly [string, string])[];
  readonly stop: (keepLogs: boolean) => Promise<void>;
  readonly folder: string;
}

export interface PipelineOptions {
  readonly port: number;
  /** A queue and a Redis of the user's own. */
  readonly sqsUrl: string | undefined;
  readonly redisUrl: string | undefined;
  /** AWS' own variables, for a queue of the user's own. */
  readonly aws: Env;
  readonly path: string;
  readonly onFailed: (failure: PartFailed) => void;
}

/** Starts everything, as much as possible at once. What was started is stopped again where a part cannot start. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const folder = await mkdtemp(join(tmpdir(), 'event-gateway-'));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (keepLogs: boolean) => {
    // Last started, first stopped: dispatchers settle before queue and Redis go.
    for (const each of stops.toReversed()) await each();
    if (!keepLogs) await rm(folder, { recursive: true, force: true });
  };
  const started = <Part extends { stop: () => Promise<void> }>(part: Part): Part => {
    stops.push(part.stop);
    return part;
  };
  const app = (name: string, folderName: string, env: Env) =>
    startApp(name, folderName, { PATH: options.path, HOST: '127.0.0.1', ...env }, folder, options.onFailed).then(
      started,
    );

  try {
    const [sqs, redis, target] = await Promise.all([
      options.sqsUrl === undefined ? startEmbedded('queue').then(started) : { url: options.sqsUrl },
      options.redisUrl === undefined ? startEmbedded('redis').then(started) : { url: options.redisUrl },
      app('target', 'target', {
        PORT: '0',
        ADMIN_PORT: '0',
        LIMIT_CALLS: String(limit.calls),
        LIMIT_PER_MS: String(limit.perMs),
      }),
    ]);
    const run = randomBytes(4).toString('hex');
    const aws: Env =
      options.sqsUrl === undefined
        ? { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' }
        : { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', ...options.aws };
    const client = new SQSClient({
      endpoint: sqs.url,
      region: aws['AWS_REGION'] ?? 'us-east-1',
      credentials: {
        accessKeyId: aws['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: aws['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
      useQueueUrlAsEndpoint: false,
    });
    const queues = await setUpQueues(client, options.sqsUrl === undefined ? '' : `-${run}`);
    const { path, key } = await writeConfig(folder, queues, target.ports['port'] ?? 0, randomBytes);
    const instance = `local-${run}`;
    await declarePast(redis.url, instance);
    const env: Env = {
      ...aws,
      EGW_CONFIG: path,
      EGW_TARGET: targetName,
      EGW_INSTANCE: instance,
      REDIS_URL: redis.url,
      AWS_ENDPOINT_URL_SQS: sqs.url,
      OPS_PORT: '0',
    };
    const [receiver] = await Promise.all([
      app('receiver', 'receiver', { ...env, PORT: String(options.port) }),
      app('dispatcher-1', 'dispatcher', env),
      app('dispatcher-2', 'dispatcher', env),
    ]);
    const url = `http://127.0.0.1:${receiver.ports['port'] ?? 0}`;
    const own = (given: string | undefined) => (given === undefined ? 'embedded' : 'your own');
    return {
      url,
      adminUrl: `http://127.0.0.1:${target.ports['admin_port'] ?? 0}`,
      key,
      queues,
      places: [
        ['receiver', `${url}/events`],
        ['queue', `SQS at ${sqs.url} (${own(options.sqsUrl)})`],
        ['dispatchers', '2 processes'],
        ['redis', `${redis.url} (${own(options.redisUrl)})`],
        ['target', `GraphQL at http://127.0.0.1:${target.ports['port'] ?? 0}/graphql, ${limit.calls} calls a second`],
      ],
      stop: async (keepLogs) => {
        await stop(keepLogs);
        queues.close();
      },
      folder,
    };
  } catch (error) {
    await stop(false);
    throw error;
  }
}

/** Nobody has called this target before: without saying so, the limiter would stay closed for the first two seconds. */
async function declarePast(redisUrl: string, instance: string): Promise<void> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const declared = await declareFirstStart(redis, instance, targetName);
    if (!declared.ok) throw new Error(declared.reason);
  } catch {
    throw new Error(`Redis at ${redisUrl} does not answer: start it, or unset REDIS_URL to use the embedded one`);
  } finally {
    redis.disconnect();
  }
}

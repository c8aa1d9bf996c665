import { SQSClient } from '@aws-sdk/client-sqs';
import type { RandomBytes } from '../shared/tracing.ts';
import type { Options } from './options.ts';
import type { Listening, StartPart } from './parts.ts';
import { createQueues, declareUnused, limit, targetName, writeConfiguration, type Queues } from './setup.ts';

/** What takes events in and sends them out; the rest only answers. */
export const movers = ['receiver', 'dispatcher-1', 'dispatcher-2'] as const;

export interface Pipeline {
  readonly receiverUrl: string;
  readonly targetUrl: string;
  readonly adminUrl: string;
  readonly key: string;
  readonly queues: Queues;
  /** Where the apps tell of themselves, by their name. */
  readonly opsPorts: Readonly<Record<string, readonly number[]>>;
  /** What runs where, a line each. */
  readonly places: readonly string[];
  /** Lets go of what lies outside of this run's own processes. */
  readonly close: () => Promise<void>;
}

export interface PipelineOptions {
  readonly options: Options;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly start: StartPart;
  readonly randomBytes: RandomBytes;
}

function portOf(listening: Listening, name = 'port'): number {
  const port = listening[name];
  if (typeof port !== 'number') throw new Error(`A part listens, but does not say on which ${name}.`);
  return port;
}

/** Starts everything in the order in which it needs each other. */
export async function startPipeline({ options, env, folder, start, randomBytes }: PipelineOptions): Promise<Pipeline> {
  const { sqsEndpoint, redisUrl: foreignRedis, port, debug } = options;
  const suffix = randomBytes(6).toString('hex');
  const instance = `local-${suffix}`;

  const startQueue = async () => {
    if (sqsEndpoint !== undefined) return sqsEndpoint;
    return `http://127.0.0.1:${portOf(await start({ name: 'queue', entry: 'local/embedded-queue.ts', env }))}`;
  };
  const startRedis = async () => {
    if (foreignRedis !== undefined) return foreignRedis;
    return `redis://127.0.0.1:${portOf(await start({ name: 'redis', entry: 'local/embedded-redis.ts', env }))}`;
  };
  const startTarget = () =>
    start({
      name: 'target',
      entry: 'target/main.ts',
      env: {
        ...env,
        HOST: '127.0.0.1',
        PORT: '0',
        ADMIN_PORT: '0',
        LIMIT_CALLS: String(limit.calls),
        LIMIT_PER_MS: String(limit.perMs),
        LATENCY_MS: '20',
        LOG_LEVEL: 'info',
      },
    });
  const [endpoint, redisUrl, target] = await Promise.all([startQueue(), startRedis(), startTarget()]);

  const region = env['AWS_REGION'] ?? 'us-east-1';
  const embedded = sqsEndpoint === undefined;
  const sqs = new SQSClient({
    endpoint,
    region,
    ...(embedded ? { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {}),
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const [queues] = await Promise.all([
    createQueues(sqs, suffix).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      const advice = embedded ? '' : ': start it, or unset AWS_ENDPOINT_URL_SQS for the embedded one';
      throw new Error(`SQS at ${endpoint} cannot be used (${reason})${advice}.`, { cause: error });
    }),
    declareUnused(redisUrl, instance),
  ]);

  const targetUrl = `http://127.0.0.1:${portOf(target)}/graphql`;
  const { path, key } = await writeConfiguration(folder, queues, targetUrl, randomBytes);
  const appEnv = {
    ...env,
    EGW_CONFIG: path,
    EGW_INSTANCE: instance,
    EGW_TARGET: targetName,
    HOST: '127.0.0.1',
    PORT: String(port),
    OPS_PORT: '0',
    REDIS_URL: redisUrl,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_REGION: region,
    ...(embedded ? { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' } : {}),
    // The line that says `listening` is one of level info.
    LOG_LEVEL: debug ? 'debug' : 'info',
  };
  const [receiver, ...dispatchers] = await Promise.all(
    movers.map((name) => start({ name, entry: `${name.replace(/-\d$/, '')}/main.ts`, env: appEnv })),
  );
  if (receiver === undefined) throw new Error('No receiver was started.');
  const receiverUrl = `http://127.0.0.1:${portOf(receiver)}`;
  return {
    receiverUrl,
    targetUrl,
    adminUrl: `http://127.0.0.1:${portOf(target, 'admin_port')}`,
    key,
    queues,
    opsPorts: {
      receiver: [portOf(receiver, 'ops_port')],
      dispatcher: dispatchers.map((each) => portOf(each, 'ops_port')),
    },
    places: [
      `receiver      ${receiverUrl}  answers 202 once the queue has the event`,
      `queue         ${new URL(endpoint).host}  ${embedded ? 'embedded SQS' : 'SQS from AWS_ENDPOINT_URL_SQS'}`,
      `dispatchers   2, sharing one limit and one ledger in Redis`,
      `redis         ${new URL(redisUrl).host}  ${foreignRedis === undefined ? 'embedded' : 'from REDIS_URL'}`,
      `target        ${targetUrl}  a GraphQL API that takes ${limit.calls} calls a second`,
      `logs          ${folder}`,
    ],
    async close() {
      // The embedded one goes with its process.
      if (!embedded) await queues.remove().catch(() => undefined);
      sqs.destroy();
    },
  };
}

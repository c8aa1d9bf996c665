import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { declareFirstStart } from '../../../apps/shared/first-start.ts';
import { createRedis } from '../../../apps/shared/redis.ts';
import { wait } from '../../../apps/shared/wait.ts';
import { startLink, type Link } from '../link.ts';
import { startQueueDouble, type QueueDouble } from '../queue-double/start.ts';
import { startRecordingTarget, type RecordingTarget } from '../recording-target.ts';
import { startRedisServer, type RedisServer } from '../redis-server.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { createPods, startReceiver, type Pods, type Receiver } from './pods.ts';
import type { Edge, Setup } from './row.ts';

/** Everything but the producer: what a row plays with. */
export interface World {
  readonly setup: Setup;
  readonly queue: QueueDouble;
  readonly queueUrl: string;
  readonly redis: RedisServer;
  readonly target: RecordingTarget;
  readonly receiver: Receiver;
  readonly pods: Pods;
  /** Fails where the row does not say that it disturbs this one. */
  readonly link: (edge: Edge) => Link;
  readonly attempts: Attempts;
  /** When something was killed, by the wall clock. */
  readonly killedEpochMs: number[];
  /** The most that a row has seen of something, by its name. */
  readonly most: Map<string, number>;
  /** From 0 to 1, the same for the same seed. */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly close: () => Promise<void>;
}

export interface WorldOptions {
  readonly setup: Setup;
  readonly seed: number;
  /** Holds `apps`. */
  readonly root: string;
  readonly signal: AbortSignal;
}

export const queueName = 'events';
export const deadLetterName = 'dead-letters';
const targetName = 'crm';

/** As many as a limit of hundreds a second needs of a target that answers within tens of milliseconds. */
const concurrency = 20;

const mutation = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';

const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

export async function openWorld({ setup, seed, root, signal: ended }: WorldOptions): Promise<World> {
  const broken = new AbortController();
  const signal = AbortSignal.any([ended, broken.signal]);
  const died = (sentence: string) => broken.abort(new Error(sentence));
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'egw-delivery-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const queue = await startQueueDouble({ died, signal, seed });
    stops.push(queue.stop);
    const retention = { MessageRetentionPeriod: String(setup.retentionSeconds ?? 1_209_600) };
    const queueUrl = await queue.createQueue(queueName, retention);
    const deadLetterUrl = await queue.createQueue(deadLetterName);
    const redis = await startRedisServer(folder, died, signal);
    stops.push(redis.stop);
    const { latencyMs, honoursKeys } = setup;
    const target = await startRecordingTarget({ latencyMs, honoursKeys, watchStalls: false, folder, died, signal });
    stops.push(target.stop);

    const ports: Readonly<Record<Edge, number>> = {
      'receiver-queue': Number(new URL(queue.endpoint).port),
      'dispatcher-queue': Number(new URL(queue.endpoint).port),
      redis: redis.port,
      target: target.port,
    };
    const links = new Map<Edge, Link>();
    for (const edge of setup.edges) {
      const link = await startLink(ports[edge]);
      stops.push(link.close);
      links.set(edge, link);
    }
    const portTo = (edge: Edge) => links.get(edge)?.port ?? ports[edge];
    const configPath = join(folder, 'gateway.yaml');
    const config = configOf(setup, portTo('target'), { url: queueUrl, deadLetterUrl });
    await writeFile(configPath, stringify(config));
    const instance = `delivery-${randomUUID()}`;
    await declareNoPast(redis.url, instance);
    const env = {
      ...credentials,
      EGW_CONFIG: configPath,
      EGW_TARGET: targetName,
      EGW_INSTANCE: instance,
      REDIS_URL: `redis://127.0.0.1:${portTo('redis')}`,
      HOST: '127.0.0.1',
    };
    const endpointTo = (edge: Edge) => ({ AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${portTo(edge)}` });
    const receiver = await startReceiver({ root, env: { ...env, ...endpointTo('receiver-queue') }, died, signal });
    stops.push(receiver.stop);
    const attempts = createAttempts();
    const podEnv = { ...env, ...endpointTo('dispatcher-queue') };
    const pods = createPods({ root, env: podEnv, heard: attempts.heard, died, signal });
    stops.push(pods.close);
    await pods.start(setup.pods);
    return {
      setup,
      queue,
      queueUrl,
      redis,
      target,
      receiver,
      pods,
      link(edge) {
        const link = links.get(edge);
        if (link === undefined) throw new Error(`This row does not say that it disturbs ${edge}`);
        return link;
      },
      attempts,
      killedEpochMs: [],
      most: new Map(),
      random: createRandom(seed),
      async wait(ms) {
        await wait(ms, signal);
        signal.throwIfAborted();
      },
      signal,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function configOf(setup: Setup, targetPort: number, queue: { readonly url: string; readonly deadLetterUrl: string }) {
  const { limit, timeoutMs, latencyMs, inDoubt, retry } = setup;
  return {
    auth: { allowAnonymous: true },
    // The producer is bounded by its own backlog.
    inbound: { requests: 1_000_000, per: '1s' },
    targets: {
      [targetName]: {
        queue,
        graphql: { endpoint: `http://127.0.0.1:${targetPort}/graphql`, mutation, timeout: `${timeoutMs}ms` },
        limit: { windows: [{ calls: limit.calls, per: `${limit.perMs}ms` }], concurrency, ...limit.more },
        retry,
        inDoubt,
        latency: `${Math.max(10, latencyMs)}ms`,
      },
    },
  };
}

async function declareNoPast(redisUrl: string, instance: string): Promise<void> {
  const redis = createRedis(redisUrl);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await declareFirstStart(redis, { instance, target: targetName }, []);
  } finally {
    redis.disconnect();
  }
}

/** Mulberry32: 32 bits of state are enough to choose faults by, and a seed makes the same choices again. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

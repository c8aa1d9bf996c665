import { createRandom } from '../../support/random.ts';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { declareFirstStart } from '../../../apps/shared/first-start.ts';
import { createRedis } from '../../../apps/shared/redis.ts';
import { wait } from '../../../apps/shared/wait.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { createPods, startReceiver, type Pods, type Receiver } from './pods.ts';
import type { Edge, Setup } from './row.ts';
import { openStage, type Stage } from './stage.ts';

/** What a row plays with: everything but the producer. */
export interface World extends Omit<Stage, 'folder' | 'deadLetterUrl' | 'portTo' | 'onClose' | 'died'> {
  readonly setup: Setup;
  readonly receiver: Receiver;
  readonly pods: Pods;
  readonly attempts: Attempts;
  /** Runs a command of the operator to its end, or to its SIGKILL. */
  readonly egw: (args: readonly string[], killedAfterMs?: number) => Promise<void>;
  /** When each event was first sent, by the wall clock. */
  readonly sentEpochMs: Map<string, number>;
  /** When something was killed, by the wall clock. */
  readonly killedEpochMs: number[];
  /** What chance chose to do, in its order. */
  readonly steps: string[];
  /** The most that a row has seen of something, by its name. */
  readonly most: Map<string, number>;
  /** From 0 to 1, the same for the same seed. */
  readonly random: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

export interface WorldOptions {
  readonly setup: Setup;
  readonly seed: number;
  /** Holds `apps`. */
  readonly root: string;
  readonly signal: AbortSignal;
}

const targetName = 'crm';

/** As many as a limit of hundreds a second needs of a target that answers within tens of milliseconds. */
const concurrency = 20;

/** A backstop, as the ledger alone counts attempts. */
const maxReceiveCount = 1_000;

export const mutation = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';

export const sqsAccess = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

export async function openWorld(options: WorldOptions): Promise<World> {
  const { setup, root } = options;
  const stage = await openStage(options, maxReceiveCount);
  const { died, signal, portTo } = stage;
  try {
    const configPath = join(stage.folder, 'gateway.yaml');
    const queues = { url: stage.queueUrl, deadLetterUrl: stage.deadLetterUrl };
    await writeFile(configPath, stringify(configOf(setup, portTo('target'), queues)));
    const instance = `delivery-${randomUUID()}`;
    await declareNoPast(stage.redis.url, instance);
    const env = {
      ...sqsAccess,
      EGW_CONFIG: configPath,
      EGW_TARGET: targetName,
      EGW_INSTANCE: instance,
      REDIS_URL: `redis://127.0.0.1:${portTo('redis')}`,
      HOST: '127.0.0.1',
    };
    const endpointTo = (edge: Edge) => ({ AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${portTo(edge)}` });
    const receiver = await startReceiver({ root, env: { ...env, ...endpointTo('receiver-queue') }, died, signal });
    stage.onClose(receiver.kill);
    const attempts = createAttempts();
    const pods = createPods({
      args: [`${root}/apps/dispatcher/main.ts`],
      env: { ...env, ...endpointTo('dispatcher-queue'), OPS_PORT: '0' },
      heard: attempts.heard,
      died,
      signal,
    });
    stage.onClose(pods.close);
    await pods.start(setup.pods);
    const egw = createEgw(root, { ...env, ...endpointTo('dispatcher-queue') }, signal);
    return { ...stage, ...chanceAndTime(options.seed, signal), setup, receiver, pods, attempts, egw };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

export function chanceAndTime(
  seed: number,
  signal: AbortSignal,
): Pick<World, 'sentEpochMs' | 'killedEpochMs' | 'steps' | 'most' | 'random' | 'wait'> {
  return {
    sentEpochMs: new Map(),
    killedEpochMs: [],
    steps: [],
    most: new Map(),
    random: createRandom(seed),
    async wait(ms) {
      await wait(ms, signal);
      signal.throwIfAborted();
    },
  };
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

function createEgw(root: string, env: Readonly<Record<string, string>>, signal: AbortSignal): World['egw'] {
  return async (args, killedAfterMs) => {
    const program = [`${root}/apps/cli/main.ts`, ...args];
    const options = { env: { PATH: process.env['PATH'], ...env }, signal, killSignal: 'SIGKILL' as const };
    await new Promise<void>((resolve, reject) => {
      execFile(process.execPath, program, { ...options, timeout: killedAfterMs ?? 0 }, (error, _stdout, stderr) => {
        if (error === null || error.killed === true) resolve();
        else reject(new Error(`egw ${args.join(' ')} failed: ${stderr}`));
      });
    });
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

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Feed } from './feed.ts';
import { readListening, startProcess, type Process } from './processes.ts';
import { directLink, startRedisLink, type RedisLink } from './redis-link.ts';
import type { RedisServer } from './redis-server.ts';
import type { RecordingTarget } from './recording-target.ts';
import type { Window } from './report.ts';

/** `limit` of gateway.yaml; windows in its own words. */
export interface LimitSetup {
  readonly windows: readonly Window[];
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface Pod {
  /** What lies between it and Redis, to be disturbed. */
  readonly link: RedisLink;
  readonly process: Process<Readonly<Record<string, unknown>>>;
}

export interface PodOptions {
  /** A file of `preload`, without its ending. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Fleet {
  readonly pods: readonly Pod[];
  readonly start: (count: number, options?: PodOptions) => Promise<readonly Pod[]>;
  /** Asks it to stop, as Kubernetes does. */
  readonly stop: (pod: Pod) => Promise<void>;
  /** SIGKILL. */
  readonly kill: (pod: Pod) => Promise<void>;
  /** Another limit for all pods that start from now on. */
  readonly configure: (limit: LimitSetup) => Promise<void>;
  /** Reservations of all pods, refused ones included; null where one could not be asked any more. */
  readonly roundTrips: () => number | null;
  readonly close: () => Promise<void>;
}

export interface FleetOptions {
  readonly folder: string;
  /** Holds `apps`. */
  readonly root: string;
  readonly instance: string;
  readonly targetName: string;
  readonly limit: LimitSetup;
  readonly timeoutMs: number;
  readonly disturbsNetwork: boolean;
  readonly feed: Feed;
  readonly redis: RedisServer;
  readonly target: RecordingTarget;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** Calls in flight of a pod, where the limit does not say: enough for the rates here, and the limit must hold without its help. */
const concurrency = 10;

const mutation = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';

/** A pod that does not tell its metrics by then is too busy to be waited for. */
const metricsWithinMs = 2_000;

export async function createFleet(options: FleetOptions): Promise<Fleet> {
  const { folder, root, feed, redis, target, died, signal } = options;
  const pods = new Set<Pod>();
  let started = 0;
  let reservations: number | null = 0;
  let configPath = '';

  const configure = async ({ windows, more = {} }: LimitSetup) => {
    const config = {
      auth: { allowAnonymous: true },
      targets: {
        [options.targetName]: {
          queue: { url: feed.url, deadLetterUrl: feed.deadLetterUrl },
          graphql: { endpoint: target.url, mutation, timeout: `${options.timeoutMs}ms` },
          limit: { windows: windows.map(({ calls, perMs }) => ({ calls, per: `${perMs}ms` })), concurrency, ...more },
          latency: `${Math.max(10, target.latencyMs)}ms`,
        },
      },
    };
    configPath = join(folder, `gateway-${randomUUID()}.yaml`);
    await writeFile(configPath, stringify(config));
  };

  const startOne = async ({ preload, env = {} }: PodOptions): Promise<Pod> => {
    const number = ++started;
    const link = options.disturbsNetwork ? await startRedisLink(redis.port) : directLink(redis.url);
    try {
      const process = await startDispatcher(number, link, preload, env);
      const pod = { link, process };
      pods.add(pod);
      return pod;
    } catch (error) {
      await link.close();
      throw error;
    }
  };
  const startDispatcher = (number: number, link: RedisLink, preload: string | undefined, env: PodOptions['env']) =>
    startProcess({
      name: `pod ${number}`,
      command: process.execPath,
      args: [
        ...(preload === undefined ? [] : ['--import', `${import.meta.dirname}/preload/${preload}.ts`]),
        join(root, 'apps/dispatcher/main.ts'),
      ],
      env: {
        EGW_CONFIG: configPath,
        EGW_TARGET: options.targetName,
        EGW_INSTANCE: options.instance,
        REDIS_URL: link.url,
        OPS_PORT: '0',
        HOST: '127.0.0.1',
        AWS_ENDPOINT_URL_SQS: feed.endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        ...env,
      },
      readyBy: readListening,
      died,
      signal,
    });

  const end = async (pod: Pod, by: NodeJS.Signals) => {
    if (!pods.delete(pod)) return;
    const made = await readReservations(pod);
    reservations = reservations === null || made === null ? null : reservations + made;
    await pod.process.stop(by);
    await pod.link.close();
  };
  await configure(options.limit);
  return {
    get pods() {
      return [...pods];
    },
    configure,
    start: (count, podOptions = {}) => Promise.all(Array.from({ length: count }, () => startOne(podOptions))),
    stop: (pod) => end(pod, 'SIGTERM'),
    kill: (pod) => end(pod, 'SIGKILL'),
    roundTrips: () => reservations,
    async close() {
      await Promise.all([...pods].map((pod) => end(pod, 'SIGTERM')));
    },
  };
}

const reservation = /^eventgw_limiter_acquire_total\{[^}]*\} (\d+)/gm;

async function readReservations({ process: { ready } }: Pod): Promise<number | null> {
  try {
    const url = `http://127.0.0.1:${String(ready['ops_port'])}/metrics`;
    const response = await fetch(url, { signal: AbortSignal.timeout(metricsWithinMs) });
    const text = await response.text();
    return [...text.matchAll(reservation)].reduce((sum, [, count]) => sum + Number(count), 0);
  } catch {
    return null;
  }
}

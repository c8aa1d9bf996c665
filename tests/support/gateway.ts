import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisMock } from 'js-redis-server';
import { stringify } from 'yaml';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { newKey } from '../../apps/shared/keys.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { startApp, type AppProcess, type Env } from './process.ts';
import { startLink, type Link } from './link.ts';
import { createPlanted, type Planted } from './planted.ts';
import { startQueue, type Queue } from './queue.ts';

/** What the target recorded, as its admin port tells it. */
export interface Effect {
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly input: string;
}

export interface TargetSummary {
  readonly calls: number;
  readonly effects: number;
  readonly duplicates: number;
  readonly violations: number;
  readonly worst_window: number;
  readonly utilisation: number | null;
}

export interface Gateway {
  readonly queue: Queue;
  readonly key: string;
  /** The payloads and credentials that it was given. */
  readonly planted: Planted;
  readonly env: Env;
  readonly url: string;
  readonly receiver: AppProcess;
  readonly target: AppProcess;
  /** A target without memory in the place of one that ended, at the same ports. */
  readonly replaceTarget: () => Promise<void>;
  readonly dispatchers: AppProcess[];
  readonly startDispatcher: () => Promise<AppProcess>;
  /** Between the apps and their Redis, and between them and their queue. */
  readonly redisProxy: Link;
  readonly queueProxy: Link;
  /** A Redis without memory in the place of this one. */
  readonly replaceRedis: () => Promise<void>;
  readonly send: (event: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly admin: <T>(method: string, path: string, body?: unknown) => Promise<T>;
  readonly summary: () => Promise<TargetSummary>;
  readonly effects: () => Promise<readonly Effect[]>;
  /** Until the target has seen so many effects; rejects after `withinMs`. */
  readonly delivered: (count: number, withinMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface GatewayOptions {
  readonly calls?: number;
  readonly per?: string;
  readonly dispatchers?: number;
  readonly timeout?: string;
  /** Settings of the target besides. */
  readonly settings?: Record<string, unknown>;
  readonly latencyMs?: number;
  /** Members of `gateway.yaml` besides. */
  readonly config?: Record<string, unknown>;
  /** A Redis to use in the place of an embedded one. */
  readonly redisPort?: number;
  /** Settings of `graphql` besides; where they need to know it, made of the target's endpoint. */
  readonly graphql?: Record<string, unknown> | ((endpoint: string) => Promise<Record<string, unknown>>);
  /** Variables of the apps besides. */
  readonly env?: Env;
}

/** The whole gateway as real processes over real sockets, on an SQS and a Redis of the test's own. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const {
    calls = 50,
    per = '1s',
    dispatchers: count = 1,
    timeout = '1s',
    settings = {},
    latencyMs = 5,
    config: more = {},
    env: variables = {},
  } = options;
  const queue = await startQueue();
  let mock = options.redisPort === undefined ? await createRedisMock() : undefined;
  const redisPort = () => options.redisPort ?? mock?.addresses()[0]?.port ?? 0;
  const redisProxy = await startLink(redisPort());
  const queueProxy = await startLink(Number(new URL(queue.endpoint).port));
  const redisUrl = `redis://127.0.0.1:${redisProxy.port}`;
  const folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
  const perMs = per.endsWith('ms') ? Number.parseInt(per, 10) : Number.parseInt(per, 10) * 1_000;
  const startTarget = (port: string, adminPort: string) =>
    startApp('target', {
      PORT: port,
      ADMIN_PORT: adminPort,
      LIMIT_CALLS: String(calls),
      LIMIT_PER_MS: String(perMs),
      LATENCY_MS: String(latencyMs),
    });
  let target = await startTarget('0', '0');
  const endpoint = `http://127.0.0.1:${String(target.listening['port'])}/graphql`;
  const graphql = typeof options.graphql === 'function' ? await options.graphql(endpoint) : options.graphql;
  const { key, record } = newKey('tests', randomBytes);
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [record] }));
  const config = {
    auth: { apiKeys: { file: 'keys.json' } },
    inbound: { requests: 1_000_000, per: '1s' },
    ...more,
    targets: {
      crm: {
        queue: { url: queue.url, deadLetterUrl: queue.deadLetterUrl },
        graphql: {
          endpoint,
          mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
          timeout,
          ...graphql,
        },
        // Three files run at once on two cores: a target that is away for a moment counts calls of two moments as of one.
        limit: { windows: [{ calls, per }], concurrency: 5, margin: '100ms' },
        ...settings,
      },
    },
  };
  await writeFile(join(folder, 'gateway.yaml'), stringify(config));
  const env: Env = {
    EGW_CONFIG: join(folder, 'gateway.yaml'),
    EGW_TARGET: 'crm',
    EGW_INSTANCE: `tests-${randomUUID()}`,
    REDIS_URL: redisUrl,
    PORT: '0',
    OPS_PORT: '0',
    HOST: '127.0.0.1',
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${queueProxy.port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: `secret-${randomUUID()}`,
    ...variables,
  };
  const planted = createPlanted(env);
  planted.add(key);
  planted.add(record.sha256);
  const redis = createRedis(redisUrl);
  await redis.connect();
  await declareFirstStart(redis, { instance: env['EGW_INSTANCE'] ?? '', target: 'crm' }, []);
  redis.disconnect();

  const dispatchers: AppProcess[] = [];
  const startDispatcher = async () => {
    const started = await startApp('dispatcher', env);
    dispatchers.push(started);
    return started;
  };
  const [receiver] = await Promise.all([startApp('receiver', env), ...Array.from({ length: count }, startDispatcher)]);
  const url = `http://127.0.0.1:${String(receiver.listening['port'])}`;
  const adminUrl = `http://127.0.0.1:${String(target.listening['admin_port'])}`;
  const admin = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(adminUrl + path, { method, ...init });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const summary = () => admin<TargetSummary>('GET', '/summary');
  return {
    queue,
    key,
    planted,
    env,
    url,
    receiver,
    get target() {
      return target;
    },
    async replaceTarget() {
      target = await startTarget(String(target.listening['port']), String(target.listening['admin_port']));
    },
    dispatchers,
    startDispatcher,
    redisProxy,
    queueProxy,
    async replaceRedis() {
      redisProxy.cut();
      await mock?.close();
      mock = await createRedisMock();
      redisProxy.mend(redisPort());
    },
    admin,
    summary,
    send(event, headers = {}) {
      planted.addPayload(event);
      return fetch(`${url}/events`, {
        method: 'POST',
        body: typeof event === 'string' ? event : JSON.stringify(event),
        headers: { 'content-type': 'application/json', 'x-api-key': key, ...headers },
      });
    },
    async effects() {
      const answer = await admin<readonly Effect[] | { effects: readonly Effect[] }>('GET', '/effects');
      return 'effects' in answer ? answer.effects : answer;
    },
    async delivered(wanted, withinMs = 20_000) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const { effects } = await summary();
        if (effects >= wanted) return;
        if (performance.now() > deadline) throw new Error(`${effects} of ${wanted} effects after ${withinMs} ms`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      const apps = [receiver, ...dispatchers];
      const looks = await Promise.allSettled(apps.map(planted.lookInApp));
      await Promise.all(apps.map((each) => each.stop()));
      await target.stop();
      await Promise.all([redisProxy.close(), queueProxy.close()]);
      await mock?.close();
      await queue.close();
      await rm(folder, { recursive: true });
      for (const look of looks) if (look.status === 'rejected') throw look.reason;
    },
  };
}

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { newKey } from '../../apps/shared/keys.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { openClient, type Client } from '../conformance/queue-double/client.ts';
import { startQueueDouble, type QueueDouble } from '../conformance/queue-double/start.ts';
import { startRedisServer } from '../conformance/redis-server.ts';
import { startTraceReceiver, spanText, type TraceReceiver } from '../observability/otlp.ts';
import { startIssuer, type IssuerDouble } from '../receiver/issuer.ts';
import { gatewayConfig, type QueueUrls } from './gateway-config.ts';
import { startHostileTarget, type HostileTarget } from './hostile-target.ts';
import { openSender, type Sender } from './http.ts';
import { startLyingLink, type LyingLink } from './lying-link.ts';
import { makeSecrets, type Secrets } from './secrets.ts';
import { startWatchedApp, type WatchedApp } from './watched-app.ts';

/** The whole gateway as real processes, among neighbours of which none means well. */
export interface World {
  readonly receiver: WatchedApp;
  /** Of the targets `crm` and `shaped`. */
  readonly dispatchers: readonly WatchedApp[];
  readonly apps: readonly WatchedApp[];
  readonly sender: Sender;
  /** An API key that opens. */
  readonly key: string;
  readonly secrets: Secrets;
  readonly issuer: IssuerDouble;
  readonly target: HostileTarget;
  readonly redis: LyingLink;
  readonly queue: QueueDouble;
  readonly queues: Client;
  readonly urls: QueueUrls;
  /** What the receiver is started with, for those who start `egw` beside it. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Each queue with how long it keeps messages: what nobody reads must not count as a backlog. */
const retention = { MessageRetentionPeriod: '1209600' };

/** `root`: of the sources that are attacked. */
export async function openWorld(stop: AbortSignal, root: string): Promise<World> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const died = (sentence: string) => failed.abort(new Error(sentence));
  const folder = await mkdtemp(join(tmpdir(), 'egw-hostile-'));
  const redisServer = await startRedisServer(folder, died, signal);
  const redis = await startLyingLink(redisServer.port);
  const queue = await startQueueDouble({ died, signal });
  const queues = openClient(queue.endpoint, 3);
  const create = (name: string) => queue.createQueue(name, retention);
  const urls: QueueUrls = {
    crm: await create('crm'),
    crmDead: await create('crm-dead'),
    shaped: await create('shaped'),
    shapedDead: await create('shaped-dead'),
    sink: await create('sink'),
    sinkDead: await create('sink-dead'),
  };
  const issuer = await startIssuer();
  const target = await startHostileTarget();
  const collector = await startTraceReceiver();
  const { key, record } = newKey('hostile', randomBytes);
  const secrets = makeSecrets([key, record.sha256]);
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [record] }));
  await writeFile(
    join(folder, 'gateway.yaml'),
    stringify(gatewayConfig({ urls, issuer: issuer.url, target: target.url })),
  );
  const instance = `hostile-${randomUUID()}`;
  const redisUrl = `redis://127.0.0.1:${redis.port}`;
  const env = {
    ...secrets.env,
    EGW_CONFIG: join(folder, 'gateway.yaml'),
    EGW_INSTANCE: instance,
    REDIS_URL: redisUrl,
    PORT: '0',
    OPS_PORT: '0',
    HOST: '127.0.0.1',
    AWS_ENDPOINT_URL_SQS: queue.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER_ARG: '0.02',
    OTEL_BSP_SCHEDULE_DELAY: '500',
  };
  await declareTargets(redisUrl, instance);
  const options = { root, secrets: secrets.texts, signal };
  const startDispatcher = (name: string) =>
    startWatchedApp({
      app: 'dispatcher',
      name: `dispatcher of ${name}`,
      env: { ...env, EGW_TARGET: name },
      ...options,
    });
  const receiver = await startWatchedApp({ app: 'receiver', name: 'receiver', env, ...options });
  const dispatchers = [await startDispatcher('crm'), await startDispatcher('shaped')];
  const apps = [receiver, ...dispatchers];
  const sender = openSender(`http://127.0.0.1:${receiver.port}`);
  return {
    receiver,
    dispatchers,
    apps,
    sender,
    key,
    secrets,
    issuer,
    target,
    redis,
    queue,
    queues,
    urls,
    env,
    spans: createTakeSpans(collector),
    async close() {
      sender.close();
      await Promise.all(apps.map((app) => app.stop()));
      queues.close();
      await Promise.all([issuer.close(), target.close(), collector.close(), redis.close()]);
      await queue.stop();
      await redisServer.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function declareTargets(redisUrl: string, instance: string): Promise<void> {
  const redis = createRedis(redisUrl);
  await redis.connect();
  for (const target of ['crm', 'shaped', 'sink']) await declareFirstStart(redis, { instance, target }, []);
  redis.disconnect();
}

/** Tells those that came since it was last asked. */
function createTakeSpans({ spans }: TraceReceiver): () => readonly string[] {
  let taken = 0;
  return () => {
    const fresh = spans.slice(taken).map(spanText);
    taken = spans.length;
    return fresh;
  };
}

/** Until it is true, or for so long; whether it became so. */
export async function until(isSo: () => Promise<boolean> | boolean, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) return false;
    await wait(50);
  }
  return true;
}

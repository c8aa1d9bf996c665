import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stringify } from 'yaml';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { newKey } from '../../apps/shared/keys.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { startRedisServer } from '../conformance/redis-server.ts';
import { askTarget } from '../conformance/target-record.ts';
import { startApp, type AppProcess } from '../support/process.ts';
import { watchTarget } from './watched-target.ts';

export interface Pipeline {
  readonly endpoint: string;
  readonly queue: { readonly url: string; readonly deadLetterUrl: string };
  /** Name of the secret that the target's credential is in. */
  readonly secret: string;
  readonly region: string;
  readonly folder: string;
  readonly signal: AbortSignal;
}

export interface Delivered {
  readonly accepted: number;
  readonly delivered: number;
  /** Of those that were sent, how many arrived; and how many calls took effect twice. */
  readonly sent: number;
  readonly duplicates: number;
  readonly credentials: readonly string[];
}

export const events = 60;

/** At 20 a second they take 3 s; a first start and a busy machine take more. */
const deliveredWithinMs = 60_000;

const calls = 20;

/** Sends events through a receiver and a dispatcher, from their sources, over queues that are there already. */
export async function runPipeline({ endpoint, queue, secret, region, folder, signal }: Pipeline): Promise<Delivered> {
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const redis = await startRedisServer(folder, (sentence) => failed.abort(new Error(sentence)), ended);
  const started: AppProcess[] = [];
  const start = async (app: string, env: Readonly<Record<string, string>>) => {
    const process = await startApp(app, env);
    started.unshift(process);
    return process;
  };
  const target = await start('target', {
    PORT: '0',
    ADMIN_PORT: '0',
    LIMIT_CALLS: String(calls),
    LIMIT_PER_MS: '1000',
    LOG_LEVEL: 'warn',
  });
  const watched = await watchTarget(`http://127.0.0.1:${String(target.listening['port'])}`);
  try {
    const { key, record } = newKey('infrastructure', randomBytes);
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [record] }));
    const config = {
      auth: { apiKeys: { file: 'keys.json' } },
      targets: {
        crm: {
          queue,
          graphql: {
            endpoint: `${watched.url}/graphql`,
            mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
            auth: { apiKey: { header: 'x-api-key', secret: { awsSecret: secret } } },
          },
          limit: { windows: [{ calls, per: '1s' }], concurrency: 5 },
        },
      },
    };
    await writeFile(join(folder, 'gateway.yaml'), stringify(config));
    const instance = `infrastructure-${randomUUID()}`;
    const own = createRedis(redis.url);
    await own.connect();
    await declareFirstStart(own, { instance, target: 'crm' }, []);
    own.disconnect();
    const env = {
      EGW_CONFIG: join(folder, 'gateway.yaml'),
      EGW_INSTANCE: instance,
      REDIS_URL: redis.url,
      PORT: '0',
      OPS_PORT: '0',
      HOST: '127.0.0.1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    const receiver = await start('receiver', env);
    await start('dispatcher', { ...env, EGW_TARGET: 'crm' });
    const send = async (id: string) => {
      const response = await fetch(`http://127.0.0.1:${String(receiver.listening['port'])}/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body: JSON.stringify({ id }),
        signal: ended,
      });
      return response.status === 202;
    };
    const ids = Array.from({ length: events }, (_, i) => `event-${i}`);
    const accepted = (await Promise.all(ids.map(send))).filter(Boolean).length;
    const asked = askTarget(`http://127.0.0.1:${String(target.listening['admin_port'])}`, ended);
    const deadlineMs = performance.now() + deliveredWithinMs;
    while ((await asked.delivered()) < events && performance.now() < deadlineMs)
      await wait(100, undefined, { signal: ended });
    const effects = (await asked.effects()).map(({ id }) => id);
    const arrived = new Set(effects);
    return {
      sent: ids.length,
      accepted,
      delivered: ids.filter((id) => arrived.has(id)).length,
      duplicates: effects.length - arrived.size,
      credentials: [...watched.shown],
    };
  } finally {
    for (const app of started) await app.stop();
    await watched.close();
    await redis.stop();
  }
}

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createRedisMock } from 'js-redis-server';
import { stringify } from 'yaml';
import { decode, type GatewayEvent } from '../../apps/shared/event.ts';
import { newKey } from '../../apps/shared/keys.ts';
import { startApp, type Env } from '../support/process.ts';
import { startLink } from '../support/link.ts';
import { createPlanted } from '../support/planted.ts';
import { startQueue } from '../support/queue.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface SenderOptions {
  readonly name: string;
  readonly types?: readonly string[];
  readonly targets?: readonly string[];
  readonly expires?: string;
}

export interface ReceiverOptions {
  /** Names of API keys, with what they may send; the first is used unless a request brings its own. */
  readonly senders?: readonly (string | SenderOptions)[];
  /** Members of `gateway.yaml` besides auth and the target `crm`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Targets besides `crm`: name to event types and queue URL. */
  readonly targets?: Readonly<Record<string, { match: string[]; queue: string }>>;
  /** Event types that `crm` takes. */
  readonly match?: readonly string[];
  /** Files beside `gateway.yaml`. */
  readonly files?: Readonly<Record<string, string>>;
  /** `auth.webhooks`, by the folder that holds the files. */
  readonly webhooks?: (folder: string) => Readonly<Record<string, unknown>>;
  /** `tls`, by the folder that holds the files. */
  readonly tls?: (folder: string) => Readonly<Record<string, unknown>>;
  /** `auth.jwt` and `auth.sts`. */
  readonly jwt?: Readonly<Record<string, unknown>>;
  readonly sts?: Readonly<Record<string, unknown>>;
  /** Variables besides. */
  readonly env?: Env;
  /** In the place of the queue that the harness starts. */
  readonly sqsPort?: number;
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;

export function targetConfig(match: readonly string[], url: string) {
  return {
    match,
    queue: { url, deadLetterUrl: `${url}-dead` },
    graphql: {
      endpoint: 'http://127.0.0.1:9/graphql',
      mutation: 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }',
    },
    limit: { windows: [{ calls: 50, per: '1s' }] },
  };
}

/** The receiver as a process of its own, before a queue and a Redis of the test's own. */
export async function startReceiver(options: ReceiverOptions = {}) {
  const { senders = ['tests'], config = {}, targets = {}, match = ['*'], files = {} } = options;
  const queue = await startQueue();
  const redis = await createRedisMock();
  const redisProxy = await startLink(redis.addresses()[0]?.port ?? 0);
  const queueProxy = await startLink(options.sqsPort ?? Number(new URL(queue.endpoint).port));
  const folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
  const made = senders.map((sender) =>
    typeof sender === 'string' ? newKey(sender, randomBytes) : newKey(sender.name, randomBytes, sender),
  );
  const others = Object.entries(targets).map(([name, other]) => [name, targetConfig(other.match, other.queue)]);
  const gateway = {
    auth: {
      apiKeys: { file: 'keys.json' },
      jwt: options.jwt ?? {},
      ...(options.sts === undefined ? {} : { sts: options.sts }),
      webhooks: options.webhooks?.(folder) ?? {},
    },
    inbound: { requests: 1_000_000, per: '1s' },
    ...(options.tls === undefined ? {} : { tls: options.tls(folder) }),
    ...config,
    targets: { crm: targetConfig(match, queue.url), ...(Object.fromEntries(others) as Record<string, unknown>) },
  };
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: made.map(({ record }) => record) }));
  await writeFile(join(folder, 'gateway.yaml'), stringify(gateway));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const instance = `tests-${randomUUID()}`;
  const env = {
    EGW_CONFIG: join(folder, 'gateway.yaml'),
    EGW_INSTANCE: instance,
    REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`,
    PORT: '0',
    OPS_PORT: '0',
    HOST: '127.0.0.1',
    AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${queueProxy.port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: `secret-${randomUUID()}`,
    ...options.env,
  };
  const close = async () => {
    await Promise.all([redisProxy.close(), queueProxy.close()]);
    await redis.close();
    await queue.close();
    await rm(folder, { recursive: true });
  };
  const app = await startApp('receiver', env).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const planted = createPlanted(env);
  for (const { key: secret, record } of made) [secret, record.sha256].forEach(planted.add);
  const port = Number(app.listening['port']);
  const url = `http://127.0.0.1:${port}`;
  const keys = made.map(({ key }) => key);
  const key = keys[0] ?? '';

  const request = async (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string | Uint8Array<ArrayBuffer>,
  ) => {
    planted.addPayload(body);
    const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    } satisfies Answer;
  };
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    path = '/events',
  ): Promise<Answer> =>
    request('POST', path, { 'content-type': 'application/json', 'x-api-key': key, ...headers }, body);
  const queued = async (): Promise<GatewayEvent[]> => {
    const messages = await queue.take(queue.url);
    return messages.map(({ Body = '' }) => {
      const decoded = decode(Body);
      if (!decoded.ok) throw new Error(`${decoded.fault}: ${Body.slice(0, 200)}`);
      return decoded.event;
    });
  };
  return {
    app,
    instance,
    folder,
    port,
    keys,
    key,
    queue,
    redisProxy,
    queueProxy,
    request,
    post,
    queued,
    /** Sends one event, which must be taken, and returns it as it stands on the queue. */
    async arrived(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<GatewayEvent> {
      const answer = await post(body, headers);
      expect(answer).toMatchObject({ status: 202, body: { status: 'queued', targets: ['crm'] } });
      const [event, ...more] = await queued();
      if (event === undefined) throw new Error('Nothing is on the queue');
      expect(more).toEqual([]);
      expect(answer.body).toHaveProperty('id', event.id);
      return event;
    },
    async close() {
      const [look] = await Promise.allSettled([planted.lookInApp(app)]);
      await app.stop();
      await close();
      if (look.status === 'rejected') throw look.reason;
    },
  };
}

/** A structured CloudEvent; members that are `undefined` are left out. */
export function cloudEvent(id: string, more: object = {}): string {
  return JSON.stringify({ specversion: '1.0', id, source: '/tests', type: 'com.example.tested', ...more });
}

export const structured = { 'content-type': 'application/cloudevents+json' };
export const batched = { 'content-type': 'application/cloudevents-batch+json' };

/** Writes bytes as they are, and returns everything that came back until the other side closed. */
export function raw(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined).on('close', () => resolve(received));
  });
}

/** The status and the JSON of an answer's bytes. */
export function parsed(answer: string): { status: number; body: unknown } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1);
  return { status: Number(head.split(' ')[1]), body: json === '' ? undefined : (JSON.parse(json) as unknown) };
}

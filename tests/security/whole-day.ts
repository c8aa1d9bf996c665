import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { encode } from '../../apps/shared/event.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { circuitKey, pauseKey } from '../../apps/shared/state-keys.ts';
import { event } from '../dispatcher/held.ts';
import { startGateway } from '../support/gateway.ts';
import { startApp, type Env } from '../support/process.ts';
import { recordSqs } from './record-sqs.ts';

/** What each app asked of SQS. */
export interface Day {
  readonly receiver: ReadonlySet<string>;
  readonly dispatcher: ReadonlySet<string>;
  readonly egw: ReadonlySet<string>;
}

export interface DayOptions {
  /** A Redis in the place of an embedded one, by its port and by what the apps call it. */
  readonly redis?: { readonly port: number; readonly url: string };
  readonly limit?: 'remembered' | 'shared';
}

/** What a pod may spend without Redis, and what only Redis knows, exclude each other. */
const shared = { windows: [{ calls: 50, per: '1s' }], withoutRedis: 'share' };
const remembered = {
  windows: [
    { calls: 50, per: '1s' },
    { calls: 9_000, per: '1h' },
  ],
  maxInFlight: 20,
};

/** SQS' shortest: messages near their end, and the pods' looks for them, are a matter of seconds. */
const retentionSeconds = '60';

/** Half of it is half as often as a message may be received before it is sent anew. */
const mostReceives = 4;

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 50));
};

/**
 * All that happens to a gateway, in short: events that are delivered, refused, throttled, put off, sent anew and found to have
 * been sent twice; a circuit that opens and closes; and an operator who looks, drops and redrives. On real processes.
 */
export async function spendDay({ redis, limit = 'remembered' }: DayOptions = {}): Promise<Day> {
  const gateway = await startGateway({
    dispatchers: 0,
    settings: {
      limit: { concurrency: 5, margin: '100ms', ...(limit === 'shared' ? shared : remembered) },
      retry: { attempts: 3, backoff: { first: '100ms', max: '1s' } },
    },
    config: { inbound: { requests: 100_000, per: '1s' } },
    ...(redis === undefined ? {} : { redisPort: redis.port, env: { REDIS_URL: redis.url } }),
  });
  const [receiver, dispatcher, egw] = await Promise.all([1, 2, 3].map(() => recordSqs(gateway.queue.endpoint)));
  if (receiver === undefined || dispatcher === undefined || egw === undefined) throw new Error('Nothing records');
  const { sqs, url, deadLetterUrl } = gateway.queue;
  const instance = gateway.env['EGW_INSTANCE'] ?? '';
  const command = async (args: readonly string[], env: Env = {}) => {
    const all = { ...gateway.env, AWS_ENDPOINT_URL_SQS: egw.url, ...env };
    const child = spawn(process.execPath, ['apps/cli/main.ts', ...args], { env: all, stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += String(chunk)));
    child.stdin.end('{"id":"from-the-cli"}\n');
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`egw ${args.join(' ')} ended with ${code ?? 'a signal'}: ${said}`);
  };
  const folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
  const own = createRedis(redis === undefined ? (gateway.env['REDIS_URL'] ?? '') : `redis://127.0.0.1:${redis.port}`);
  await own.connect();

  // A message that was received too often, before anybody works.
  const policy = {
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead-letters',
    maxReceiveCount: mostReceives,
  };
  const Attributes = { MessageRetentionPeriod: retentionSeconds, RedrivePolicy: JSON.stringify(policy) };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: encode(event({ id: 'worn' })) }));
  for (let times = 1; times < mostReceives; times++)
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 0 }));
  await command(['limit', 'open', 'crm']);
  await own.set(pauseKey(instance, 'crm'), `${Date.now() + 3_600_000} throttled`);

  const taken = await startApp('receiver', { ...gateway.env, AWS_ENDPOINT_URL_SQS: receiver.url });
  const startPod = () => startApp('dispatcher', { ...gateway.env, AWS_ENDPOINT_URL_SQS: dispatcher.url });
  let pod = await startPod();
  const send = async (body: object) => {
    const response = await fetch(`http://127.0.0.1:${String(taken.listening['port'])}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': gateway.key },
      body: JSON.stringify(body),
    });
    if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  };
  try {
    await send({ id: 'young' });
    await until(() => dispatcher.asked.has('SendMessage events'));
    await until(() => dispatcher.asked.has('ChangeMessageVisibility events'));
    // It remembers a pause for as long as it was told.
    await pod.stop();
    await own.del(pauseKey(instance, 'crm'));
    pod = await startPod();
    await gateway.delivered(2);

    await gateway.admin('POST', '/faults', {
      fault: 'status',
      status: 429,
      retryAfter: 1,
      match: { id: 'slow' },
      times: 1,
    });
    await gateway.admin('POST', '/faults', { fault: 'status', status: 500, match: { id: 'failing' }, times: 1 });
    await gateway.admin('POST', '/faults', { fault: 'status', status: 400, match: { id: 'bad' } });
    await gateway.admin('POST', '/faults', { fault: 'status', status: 400, match: { id: 'worse' } });
    for (const id of ['slow', 'failing', 'worse', 'good', 'good']) await send({ id });
    await send({ id: 'bad', type: 'mended' });
    await gateway.delivered(5);
    await until(async () => {
      const AttributeNames = ['ApproximateNumberOfMessages'] as const;
      const asked = new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: [...AttributeNames] });
      return (await sqs.send(asked)).Attributes?.ApproximateNumberOfMessages === '2';
    });

    await gateway.admin('DELETE', '/faults');
    await gateway.admin('POST', '/faults', { fault: 'status', status: 503, times: 8 });
    await Promise.all(Array.from({ length: 8 }, (_, i) => send({ id: `waits-${i}` })));
    await until(async () => (await own.hget(circuitKey(instance, 'crm'), 'open')) !== null);
    await command(['status']);
    await gateway.delivered(13, 40_000);

    await command(['status', 'crm']);
    await command(['dlq', 'list']);
    await command(['dlq', 'redrive', 'crm', '--type', 'mended']);
    await command(['dlq', 'drop', 'crm', '--yes', '--to', join(folder, 'dropped.jsonl')]);
    await gateway.delivered(14);
    await until(() => ['events', 'dead-letters'].every((name) => receiver.asked.has(`GetQueueAttributes ${name}`)));
    return { receiver: receiver.asked, dispatcher: dispatcher.asked, egw: egw.asked };
  } finally {
    own.disconnect();
    await Promise.all([taken.stop(), pod.stop()]);
    await gateway.close();
    await rm(folder, { recursive: true });
    await Promise.all([receiver, dispatcher, egw].map((each) => each.close()));
  }
}

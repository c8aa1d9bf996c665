import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startQueue, type Queue } from '../../support/queue.ts';
import { readListening, startProcess, type Process } from '../processes.ts';
import { idOf, isIntact, messageOf } from './events.ts';
import { addJobs, readFailed, readLeft } from './peers/bullmq.ts';
import { keyOf } from './peers/deliver.ts';
import { sendToQueue } from './send-to-queue.ts';

interface Effect {
  readonly id: string;
  readonly key: string;
  readonly input: string;
}

const apps = `${import.meta.dirname}/../../../apps`;

/** More in a second than two pods hold at once: no message waits for the next one nearly as long as it stays hidden. */
const limit = { calls: 80, perMs: 1_000 };

const ids = Array.from({ length: 200 }, (_, n) => idOf('peer', n));

type Started = Process<Readonly<Record<string, unknown>>>;

let started: Started[];
let deaths: string[];
let queue: Queue;
let target: Started;
let redisUrl: string;
beforeEach(async () => {
  started = [];
  deaths = [];
  queue = await startQueue();
  const limits = { LIMIT_CALLS: '1000', LIMIT_PER_MS: String(limit.perMs) };
  target = await start([`${apps}/target/main.ts`], { PORT: '0', ADMIN_PORT: '0', LOG_LEVEL: 'warn', ...limits });
  const redis = await start([`${apps}/local/embedded-redis.ts`], {});
  redisUrl = `redis://127.0.0.1:${String(redis.ready['port'])}`;
});
afterEach(async () => {
  await Promise.all(started.map((each) => each.stop('SIGKILL')));
  await queue.close();
  expect(deaths).toEqual([]);
});

async function start(args: readonly [string, ...string[]], env: Readonly<Record<string, string>>): Promise<Started> {
  const up = await startProcess({
    name: args.join(' '),
    command: process.execPath,
    args,
    env,
    readyBy: readListening,
    died: (sentence) => deaths.push(sentence),
    signal: new AbortController().signal,
  });
  started.push(up);
  return up;
}

const startPod = (peer: string, env: Readonly<Record<string, string>> = {}) =>
  start([`${import.meta.dirname}/peers/main.ts`, peer], {
    TARGET_URL: `http://127.0.0.1:${String(target.ready['port'])}/graphql`,
    REDIS_URL: redisUrl,
    CALLS: String(limit.calls),
    PER_MS: String(limit.perMs),
    ...env,
  });

async function ask<T>(path: string, fault?: unknown): Promise<T> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fault) };
  const url = `http://127.0.0.1:${String(target.ready['admin_port'])}${path}`;
  const response = await fetch(url, fault === undefined ? {} : init);
  return (await response.json()) as T;
}

const countEffects = async () => (await ask<{ effects: number }>('/summary')).effects;

/** Eight times what it takes on a machine that does nothing else. */
const withinMs = 40_000;

async function until(done: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await done()) && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Waits for as many effects, and expects them to be those of all events, each once and unharmed. */
async function expectAllDelivered(): Promise<void> {
  await until(async () => (await countEffects()) >= ids.length);
  const effects = await ask<readonly Effect[]>('/effects');
  expect(effects.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(effects.filter(({ id, key, input }) => key !== keyOf(id) || !isIntact(id, input))).toEqual([]);
  const { worst_window } = await ask<{ worst_window: number }>('/summary');
  // Two windows in a row may be used up within the length of one: it is what these peers do.
  expect(worst_window).toBeLessThanOrEqual(2 * limit.calls);
}

describe('two pods of sqs-consumer', () => {
  it('deliver all over a stop, bring again what failed, and leave the rest to the dead-letter queue', async () => {
    const toArn = (url: string) => `arn:aws:sqs:us-east-1:000000000000:${url.split('/').at(-1) ?? ''}`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: toArn(queue.deadLetterUrl), maxReceiveCount: 2 });
    const create = new CreateQueueCommand({ QueueName: 'redriven', Attributes: { RedrivePolicy } });
    const { QueueUrl = '' } = await queue.sqs.send(create);
    await ask('/faults', { fault: 'errors', code: 'INTERNAL', match: { id: 'peer-7' } });
    await ask('/faults', { fault: 'status', status: 503, match: { id: 'peer-8' } });
    await sendToQueue(queue.sqs, QueueUrl, ['nobody knows this', ...ids.map(messageOf)]);
    const env = { AWS_ENDPOINT_URL_SQS: queue.endpoint, QUEUE_URL: QueueUrl, VISIBILITY_SECONDS: '2' };
    const [first, second] = await Promise.all([startPod('sqs-consumer', env), startPod('sqs-consumer', env)]);
    await until(async () => (await countEffects()) >= limit.calls);
    const complaints = [await first.stop()];
    const letters: (string | undefined)[] = [];
    await until(async () => {
      letters.push(...(await queue.take(queue.deadLetterUrl)).map(({ Body }) => Body));
      return letters.length > 0;
    });
    await expectAllDelivered();
    complaints.push(await second.stop('SIGKILL'));
    expect(letters).toEqual(['nobody knows this']);
    expect(complaints.join('')).toContain('GraphQL errors');
    expect(complaints.join('')).toContain('HTTP 503');
  });
});

describe('two pods of BullMQ', () => {
  it('deliver all, bring again what failed, and lose nothing to a stop', async () => {
    // It waits 1 s and then 2 s to be tried again: the stop finds it waiting.
    await ask('/faults', { fault: 'errors', code: 'INTERNAL', times: 2, match: { id: 'peer-7' } });
    await addJobs(redisUrl, ids);
    const stopped = await startPod('BullMQ');
    await until(async () => (await countEffects()) >= limit.calls / 2);
    await stopped.stop();
    const effects = await countEffects();
    const left = await readLeft(redisUrl);
    expect(left).toContain('peer-7');
    expect(new Set(left).size).toBe(ids.length - effects);
    const others = await Promise.all([startPod('BullMQ'), startPod('BullMQ')]);
    await expectAllDelivered();
    await Promise.all(others.map((pod) => pod.stop()));
    expect(await readLeft(redisUrl)).toEqual([]);
    expect(await readFailed(redisUrl)).toEqual([]);
  });
});

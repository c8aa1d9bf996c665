import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { listen } from '../../apps/shared/lifecycle.ts';
import { createStandIn, type Counts } from '../../bench/stand-in/server.ts';

const server = createStandIn(Date.now);
let endpoint = '';
let sqs: SQSClient;
let queues = 0;

beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
});

afterAll(() => {
  sqs.destroy();
  server.closeAllConnections();
  server.close();
});

const newQueue = () => `${endpoint}/000000000000/q${++queues}`;

async function control(what: string, input: object = {}): Promise<Counts> {
  const response = await fetch(`${endpoint}/control/${what}`, { method: 'POST', body: JSON.stringify(input) });
  return (await response.json()) as Counts;
}

async function receive(QueueUrl: string, more: object = {}) {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All'],
    ...more,
  });
  return (await sqs.send(command)).Messages ?? [];
}

const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

async function attributes(QueueUrl: string) {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return [
    Attributes.ApproximateNumberOfMessages,
    Attributes.ApproximateNumberOfMessagesNotVisible,
    Attributes.ApproximateNumberOfMessagesDelayed,
    Attributes.MessageRetentionPeriod,
  ];
}

describe('the stand-in of SQS, before the client of AWS', () => {
  it('gives out what was sent, and forgets what is deleted', async () => {
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'named' }));
    await send(QueueUrl, '{"name":"Zoë 🙂"}');
    const Entries = ['a', 'b'].map((body, i) => ({ Id: String(i), MessageBody: body }));
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['0', '1']);
    // The client has checked each digest on the way.
    const messages = await receive(QueueUrl);
    expect(messages.map(({ Body }) => Body)).toEqual(['{"name":"Zoë 🙂"}', 'a', 'b']);
    expect(messages[0]?.Attributes?.ApproximateReceiveCount).toBe('1');
    expect(Math.abs(Number(messages[0]?.Attributes?.SentTimestamp) - Date.now())).toBeLessThan(10_000);
    expect(await attributes(QueueUrl)).toEqual(['0', '3', '0', '1209600']);
    const [first, ...others] = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: others }));
    expect(deleted.Successful).toHaveLength(2);
    expect(await attributes(QueueUrl)).toEqual(['0', '0', '0', '1209600']);
    expect((await control('counts')).queues['named']).toMatchObject({ sent: 3, received: 3, deleted: 3 });
  });

  it('hides what was received for as long as it was asked to', async () => {
    const QueueUrl = newQueue();
    await send(QueueUrl, 'hidden');
    const [message] = await receive(QueueUrl, { VisibilityTimeout: 1 });
    const startedMs = Date.now();
    expect(await receive(QueueUrl)).toEqual([]);
    const [again] = await receive(QueueUrl, { WaitTimeSeconds: 5 });
    expect(Date.now() - startedMs).toBeGreaterThan(900);
    expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
    // The first handle is worth nothing any more.
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect((await attributes(QueueUrl))[1]).toBe('1');
  });

  it('changes for how long', async () => {
    const QueueUrl = newQueue();
    await Promise.all([send(QueueUrl, 'a'), send(QueueUrl, 'b')]);
    const [a, b] = await receive(QueueUrl);
    const handleOf = (message: typeof a) => message?.ReceiptHandle;
    const change = { QueueUrl, ReceiptHandle: handleOf(a), VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(change));
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual([a?.Body]);
    await expect(sqs.send(new ChangeMessageVisibilityCommand(change))).rejects.toMatchObject({
      name: 'MessageNotInflight',
    });
    const Entries = [a, b].map((message, i) => ({
      Id: String(i),
      ReceiptHandle: handleOf(message),
      VisibilityTimeout: 60,
    }));
    const { Successful, Failed } = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    expect([Successful?.map(({ Id }) => Id), Failed?.map(({ Id }) => Id)]).toEqual([['1'], ['0']]);
  });

  it('wakes one that waits, and delays what is to be delayed', async () => {
    const QueueUrl = newQueue();
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 10 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late', DelaySeconds: 1 }));
    expect(await attributes(QueueUrl)).toEqual(['0', '0', '1', '1209600']);
    expect((await waiting).map(({ Body }) => Body)).toEqual(['late']);
  });

  it('gives nothing to one that has left', async () => {
    const QueueUrl = newQueue();
    const left = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 });
    const begun = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const waiting = sqs.send(command, { abortSignal: left.signal }).catch(() => 'left');
    const [, response] = await begun;
    const gone = once(response, 'close');
    left.abort();
    expect(await waiting).toBe('left');
    await gone;
    await send(QueueUrl, 'kept');
    expect(await receive(QueueUrl)).toHaveLength(1);
  });

  it('is filled without being sent to', async () => {
    const QueueUrl = newQueue();
    await control('fill', { queue: `q${queues}`, count: 1_000_000, body: '{"id":"e-{id}"}' });
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(
      Array.from({ length: 10 }, (_, i) => `{"id":"e-${i + 1}"}`),
    );
    expect((await attributes(QueueUrl))[0]).toBe('999990');
  });

  it('takes so much in a second, and lets the rest wait or refuses it', async () => {
    const QueueUrl = newQueue();
    await control('set', { capacity: 50, beyond: 'wait' });
    const startedMs = Date.now();
    await Promise.all(Array.from({ length: 30 }, () => send(QueueUrl, 'slow')));
    // Ten are taken at once.
    expect(Date.now() - startedMs).toBeGreaterThan(380);
    await control('set', { capacity: 50, beyond: 'throttle' });
    const sent = await Promise.allSettled(Array.from({ length: 30 }, () => send(QueueUrl, 'fast')));
    const refusals = sent.filter(({ status }) => status === 'rejected');
    expect(refusals[0]).toMatchObject({ reason: { name: 'RequestThrottled' } });
    expect((await control('set', { capacity: 0 })).throttled).toBe(refusals.length);
  });

  it('forgets what it is sent, as a sink, and answers late where it is asked to', async () => {
    const QueueUrl = newQueue();
    await control('reset');
    await control('set', { mode: 'sink', delayMs: 30 });
    const startedMs = Date.now();
    await send(QueueUrl, 'gone');
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(29);
    const { requests, entries, queues: kept } = await control('set', { mode: 'keep', delayMs: 0 });
    expect([requests.SendMessage, entries.SendMessage, kept]).toEqual([1, 1, {}]);
  });

  it('knows no other actions', async () => {
    const response = await fetch(endpoint, { method: 'POST', headers: { 'x-amz-target': 'AmazonSQS.AddPermission' } });
    expect([response.status, response.headers.get('x-amzn-query-error')]).toEqual([400, 'InvalidAction;Sender']);
  });
});

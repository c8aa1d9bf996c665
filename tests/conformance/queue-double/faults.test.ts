import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageCommand,
  type Message,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { later, numbered, only, openClient, type Client, type QueueClient } from './client.ts';
import type { FaultOrder } from './faults.ts';
import { startQueueDouble, type QueueDouble } from './start.ts';

describe('a fault', () => {
  let double: QueueDouble;
  let client: Client;
  let queue: QueueClient;
  beforeAll(async () => {
    double = await startQueueDouble({ died: console.error, signal: new AbortController().signal });
    client = openClient(double.endpoint);
  });
  afterAll(async () => {
    client.close();
    await double.stop();
  });
  beforeEach(async () => {
    await double.order([]);
    queue = await client.queue();
  });

  /** Strikes the next one only. */
  const once = (fault: FaultOrder) => double.order([{ ...fault, times: 1 }]);
  const standing = async () => {
    const { visible, inFlight, delayed, sent, receives, deleted } = (await double.counts()).queues[queue.name] ?? {};
    return { visible, inFlight, delayed, sent, receives, deleted };
  };
  const nothing = { visible: 0, inFlight: 0, delayed: 0, sent: 0, receives: 0, deleted: 0 };
  const strikesOf = async (name: string) => (await double.counts()).strikes[name] ?? 0;

  it.each([
    ['error500', 'InternalFailure', false],
    ['error500Executed', 'InternalFailure', true],
    ['throttle', 'RequestThrottled', false],
    ['reset', 'ECONNRESET', false],
    ['resetExecuted', 'ECONNRESET', true],
  ] as const)('%s fails a request as %s; executed: %s', async (fault, name, isExecuted) => {
    const before = await strikesOf(`SendMessage/${fault}`);
    await once({ action: 'SendMessage', probability: 1, fault });
    const failure: unknown = await queue.send('struck').catch((error: unknown) => error);
    expect(String(failure)).toContain(name);
    expect(await standing()).toEqual(isExecuted ? { ...nothing, visible: 1, sent: 1 } : nothing);
    expect(await strikesOf(`SendMessage/${fault}`)).toBe(before + 1);
    await queue.send('spared');
    expect((await standing()).sent).toBe(isExecuted ? 2 : 1);
  });

  it.each(['error500', 'throttle', 'reset'] as const)('%s is tried again by the SDK', async (fault) => {
    await once({ action: 'SendMessage', probability: 1, fault });
    const stubborn = openClient(double.endpoint, 2);
    await stubborn.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'at last' }));
    stubborn.close();
    expect(await queue.bodies()).toEqual(['at last']);
  });

  it('resetExecuted on a receive hides what nobody was given', async () => {
    await queue.send('lost on the way');
    await once({ action: 'ReceiveMessage', probability: 1, fault: 'resetExecuted' });
    await expect(queue.receive({ VisibilityTimeout: 1 })).rejects.toThrow('ECONNRESET');
    expect(await standing()).toEqual({ ...nothing, sent: 1, inFlight: 1, receives: 1 });
    expect(only(await queue.receive({ WaitTimeSeconds: 3 })).Attributes?.ApproximateReceiveCount).toBe('2');
  });

  it('hang gives no answer and does nothing, even when the client leaves', async () => {
    await once({ action: '*', queue: queue.name, probability: 1, fault: 'hang' });
    const command = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'unheard' });
    const sending = client.sqs.send(command, { abortSignal: AbortSignal.timeout(300) });
    await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
    await later(100);
    expect(await standing()).toEqual(nothing);
  });

  it('slow executes and answers so much later', async () => {
    await once({ action: 'SendMessage', probability: 1, fault: 'slow', ms: 400 });
    const startedMs = performance.now();
    const sending = queue.send('slow');
    await later(100);
    expect(await standing()).toEqual(nothing);
    await sending;
    expect(performance.now() - startedMs).toBeGreaterThan(390);
    expect(await queue.bodies()).toEqual(['slow']);
  });

  it('partial leaves undone the entries that it calls failed', async () => {
    await once({ action: 'SendMessageBatch', probability: 1, fault: 'partial' });
    const { sent, failed } = await queue.sendAll(numbered(10));
    expect(Math.min(sent.length, failed.length)).toBeGreaterThan(0);
    expect([...sent, ...failed].toSorted()).toEqual(numbered(10).toSorted());
    expect(await queue.bodies()).toEqual(sent);
  });

  it('partialExecuted does all of them', async () => {
    await once({ action: 'SendMessageBatch', probability: 1, fault: 'partialExecuted' });
    const { sent, failed } = await queue.sendAll(numbered(10));
    expect(Math.min(sent.length, failed.length)).toBeGreaterThan(0);
    expect(await queue.bodies()).toEqual(numbered(10));
  });

  describe('partial on entries of received messages', () => {
    const internal = { SenderFault: false, Code: 'InternalError' };
    let messages: Message[];
    beforeEach(async () => {
      await queue.sendAll(numbered(3));
      messages = await queue.receive();
    });
    const entries = () => messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    const fail = (action: FaultOrder['action'], fault: 'partial' | 'partialExecuted') =>
      once({ action, probability: 1, fault, share: 1 });

    it.each([
      ['partial', 0],
      ['partialExecuted', 3],
    ] as const)('%s: of three deletes called failed %i were done', async (fault, deleted) => {
      await fail('DeleteMessageBatch', fault);
      const command = new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries: entries() });
      const { Successful, Failed = [] } = await client.sqs.send(command);
      expect(Successful).toEqual([]);
      expect(Failed).toEqual(entries().map(({ Id }) => expect.objectContaining({ Id, ...internal }) as unknown));
      expect(await standing()).toMatchObject({ deleted, inFlight: 3 - deleted });
    });

    it.each([
      ['partial', 0],
      ['partialExecuted', 3],
    ] as const)('%s: of three messages called failed %i were shown', async (fault, visible) => {
      await fail('ChangeMessageVisibilityBatch', fault);
      const Entries = entries().map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries });
      expect((await client.sqs.send(command)).Failed).toHaveLength(3);
      expect(await standing()).toMatchObject({ visible, inFlight: 3 - visible });
    });
  });

  it('duplicate lets a message stand twice, with an id each', async () => {
    await once({ action: 'SendMessage', probability: 1, fault: 'duplicate' });
    const id = await queue.send('twins');
    const messages = await queue.receive();
    expect(messages.map(({ Body }) => Body)).toEqual(['twins', 'twins']);
    const ids = messages.map(({ MessageId }) => MessageId);
    expect(ids).toContain(id);
    expect(new Set(ids).size).toBe(2);
  });

  it('late lets a message be had so much later', async () => {
    await once({ action: 'SendMessageBatch', probability: 1, fault: 'late', ms: 400 });
    await queue.sendAll(['late']);
    expect(await queue.receive()).toEqual([]);
    const startedMs = performance.now();
    expect(await queue.bodies({ WaitTimeSeconds: 5 })).toEqual(['late']);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('twice gives a message to two receivers, and one delete ends it', async () => {
    await once({ action: 'ReceiveMessage', probability: 1, fault: 'twice' });
    const polls = [queue.receive({ WaitTimeSeconds: 20 }), queue.receive({ WaitTimeSeconds: 20 })];
    await later(100);
    await queue.send('shared');
    const [one, two] = (await Promise.all(polls)).map(only);
    expect(two?.MessageId).toBe(one?.MessageId);
    expect(two?.ReceiptHandle).not.toBe(one?.ReceiptHandle);
    expect(await standing()).toMatchObject({ inFlight: 1, receives: 2 });
    await queue.delete(one ?? {});
    expect(await standing()).toMatchObject({ inFlight: 0, visible: 0, deleted: 1 });
  });

  it('shuffle gives messages out of order, and each once', async () => {
    const bodies = numbered(60);
    for (let from = 0; from < 60; from += 10) await queue.sendAll(bodies.slice(from, from + 10));
    await double.order([{ action: 'ReceiveMessage', probability: 1, fault: 'shuffle' }]);
    const received = await queue.bodies();
    expect(received.toSorted()).not.toEqual(numbered(10));
    for (let i = 0; i < 5; i++) received.push(...(await queue.bodies()));
    expect(received.toSorted()).toEqual(bodies.toSorted());
  });

  it('early ends a visibility before its time', async () => {
    await queue.send('so soon');
    await once({ action: 'ReceiveMessage', probability: 1, fault: 'early', ms: 300 });
    await queue.receive({ VisibilityTimeout: 600 });
    expect(await queue.receive()).toEqual([]);
    const again = only(await queue.receive({ WaitTimeSeconds: 5 }));
    expect(again.Attributes?.ApproximateReceiveCount).toBe('2');
  });

  it('redeliverDeleted gives a deleted message out again, once there is one', async () => {
    await once({ action: 'ReceiveMessage', probability: 1, fault: 'redeliverDeleted' });
    const id = await queue.send('undead');
    const before = await strikesOf('ReceiveMessage/redeliverDeleted');
    await queue.delete(only(await queue.receive()));
    expect(await strikesOf('ReceiveMessage/redeliverDeleted')).toBe(before);
    const again = only(await queue.receive());
    expect(again).toMatchObject({ MessageId: id, Body: 'undead' });
    expect(again.Attributes?.ApproximateReceiveCount).toBe('2');
    await queue.delete(again);
    expect(await standing()).toMatchObject({ visible: 0, inFlight: 0, deleted: 2 });
    expect(await queue.receive()).toEqual([]);
  });

  it('strikes the queue and the actions that it names, and no others', async () => {
    const other = await client.queue();
    await double.order([{ action: 'SendMessage', queue: queue.name, probability: 1, fault: 'error500' }]);
    await other.send('spared');
    await queue.sendAll(['spared']);
    for (let i = 0; i < 3; i++) await expect(queue.send('struck')).rejects.toThrow();
    await double.order([{ action: '*', queue: queue.name, probability: 0, fault: 'error500' }]);
    await queue.send('spared');
  });

  it('is refused where it could never strike', async () => {
    await expect(double.order([{ action: 'SendMessage', probability: 1, fault: 'twice' }])).rejects.toThrow('400');
    await expect(double.order([{ action: '*', probability: 2, fault: 'reset' }])).rejects.toThrow('400');
  });
});

import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildApp } from 'fauxqs';
import { later, numbered, only, openClient, type Client, type QueueClient } from './client.ts';
import { startQueueDouble } from './start.ts';

interface Standing {
  readonly endpoint: string;
  readonly stop: () => Promise<unknown>;
}

async function startFauxqs(): Promise<Standing> {
  const app = buildApp({ logger: false });
  return { endpoint: await app.listen({ host: '127.0.0.1', port: 0 }), stop: () => app.close() };
}

const startDouble = () => startQueueDouble({ died: console.error, signal: new AbortController().signal });

describe.each([
  ['fauxqs', startFauxqs],
  ['the double', startDouble],
])('%s', (_name, start: () => Promise<Standing>) => {
  let standing: Standing;
  let client: Client;
  beforeAll(async () => {
    standing = await start();
    client = openClient(standing.endpoint);
  });
  afterAll(async () => {
    client.close();
    await standing.stop();
  });

  const sendEntries = async ({ url }: QueueClient, Entries: readonly SendMessageBatchRequestEntry[]) => {
    const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: [...Entries] });
    const { Successful = [], Failed = [] } = await client.sqs.send(command);
    return { successful: Successful.map(({ Id }) => Id), failed: Failed };
  };

  it('gives a message out once, and not again once it is deleted', async () => {
    const queue = await client.queue();
    const id = await queue.send('hello');
    const message = only(await queue.receive({ VisibilityTimeout: 1 }));
    expect(message).toMatchObject({ MessageId: id, Body: 'hello' });
    expect(await queue.receive()).toEqual([]);
    await queue.delete(message);
    expect(await queue.receive({ WaitTimeSeconds: 2 })).toEqual([]);
  });

  it('tells when a message was sent and how often it was received', async () => {
    const queue = await client.queue();
    const beforeMs = Date.now();
    await queue.send('timed');
    const { Attributes = {} } = only(await queue.receive());
    expect(Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
    for (const name of ['SentTimestamp', 'ApproximateFirstReceiveTimestamp'] as const) {
      // Two processes' clocks, rounded down to the ms.
      expect(Number(Attributes[name])).toBeGreaterThan(beforeMs - 100);
      expect(Number(Attributes[name])).toBeLessThan(Date.now() + 100);
    }
    await queue.send('untold');
    expect(only(await queue.receive({ MessageSystemAttributeNames: [] })).Attributes).toBeUndefined();
  });

  it('gives a message again when its visibility ends, with another handle', async () => {
    const queue = await client.queue();
    await queue.send('again');
    const first = only(await queue.receive({ VisibilityTimeout: 1 }));
    expect(await queue.receive()).toEqual([]);
    const second = only(await queue.receive({ WaitTimeSeconds: 3 }));
    expect(second.MessageId).toBe(first.MessageId);
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
    expect(second.Attributes?.ApproximateReceiveCount).toBe('2');
    expect(second.Attributes?.ApproximateFirstReceiveTimestamp).toBe(
      first.Attributes?.ApproximateFirstReceiveTimestamp,
    );
  });

  it('hides a message for as long as its queue says where the receive does not', async () => {
    const queue = await client.queue({ VisibilityTimeout: '1' });
    await queue.send('short');
    await queue.receive();
    expect(await queue.bodies({ WaitTimeSeconds: 3 })).toEqual(['short']);
  });

  it('shows a message at once when its visibility is changed to 0, and later when it is extended', async () => {
    const queue = await client.queue();
    await queue.send('shown');
    await queue.hide(only(await queue.receive()), 0);
    const again = only(await queue.receive({ VisibilityTimeout: 1 }));
    await queue.hide(again, 60);
    expect(await queue.receive({ WaitTimeSeconds: 2 })).toEqual([]);
    const { Successful = [] } = await client.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queue.url,
        Entries: [{ Id: 'a', ReceiptHandle: again.ReceiptHandle, VisibilityTimeout: 0 }],
      }),
    );
    expect(Successful).toEqual([{ Id: 'a' }]);
    expect(await queue.bodies()).toEqual(['shown']);
  });

  it('holds a message back for its delay', async () => {
    const queue = await client.queue();
    await queue.send('delayed', { DelaySeconds: 1 });
    expect(await queue.attribute('ApproximateNumberOfMessagesDelayed')).toBe('1');
    expect(await queue.receive()).toEqual([]);
    expect(await queue.bodies({ WaitTimeSeconds: 3 })).toEqual(['delayed']);
  });

  it('wakes a long poll by a send', async () => {
    const queue = await client.queue();
    const startedMs = performance.now();
    const poll = queue.bodies({ WaitTimeSeconds: 20 });
    await later(200);
    await queue.send('news');
    expect(await poll).toEqual(['news']);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('ends a long poll empty when its time is over', async () => {
    const queue = await client.queue();
    const startedMs = performance.now();
    expect(await queue.receive({ WaitTimeSeconds: 1 })).toEqual([]);
    expect(performance.now() - startedMs).toBeGreaterThan(950);
  });

  it('gives ten messages at most, and in all each once', async () => {
    const queue = await client.queue();
    const bodies = numbered(25);
    for (let from = 0; from < 25; from += 10) await queue.sendAll(bodies.slice(from, from + 10));
    const received = [];
    for (const count of [10, 10, 5]) {
      const got = await queue.bodies();
      expect(got).toHaveLength(count);
      received.push(...got);
    }
    expect(received.toSorted()).toEqual(bodies.toSorted());
    expect(await queue.attribute('ApproximateNumberOfMessagesNotVisible')).toBe('25');
    expect(await queue.attribute('ApproximateNumberOfMessages')).toBe('0');
  });

  it('carries message attributes, with their MD5', async () => {
    const queue = await client.queue();
    const MessageAttributes = {
      text: { DataType: 'String', StringValue: 'Grüße' },
      count: { DataType: 'Number', StringValue: '42' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
    };
    const command = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'größer', MessageAttributes });
    const sent = await client.sqs.send(command);
    expect(sent.MD5OfMessageBody).toBe(createHash('md5').update('größer').digest('hex'));
    // Of the three attributes above; counted by other code than either's.
    expect(sent.MD5OfMessageAttributes).toBe('12a26b8dd1b4a708aef39272837e8588');
    const message = only(await queue.receive({ MessageAttributeNames: ['All'], VisibilityTimeout: 0 }));
    expect(message.MessageAttributes).toEqual(MessageAttributes);
    expect(message.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    const some = only(await queue.receive({ MessageAttributeNames: ['count', 'te.*'], VisibilityTimeout: 0 }));
    expect(Object.keys(some.MessageAttributes ?? {})).toEqual(['count']);
  });

  it('refuses a batch that is empty, too long, or names an entry twice or wrongly', async () => {
    const queue = await client.queue();
    const entry = (Id: string) => ({ Id, MessageBody: 'x' });
    const many = Array.from({ length: 11 }, (_, i) => entry(String(i)));
    for (const [entries, name] of [
      [[], 'EmptyBatchRequest'],
      [many, 'TooManyEntriesInBatchRequest'],
      [[entry('a'), entry('a')], 'BatchEntryIdsNotDistinct'],
      [[entry('a b')], 'InvalidBatchEntryId'],
      [['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) })), 'BatchRequestTooLong'],
    ] as const)
      await expect(sendEntries(queue, entries)).rejects.toMatchObject({ name });
    expect(await queue.attribute('ApproximateNumberOfMessages')).toBe('0');
  });

  it('refuses one entry of a batch and takes the others', async () => {
    const queue = await client.queue();
    const { successful, failed } = await sendEntries(queue, [
      { Id: 'good', MessageBody: 'fine' },
      { Id: 'bad', MessageBody: 'not \u0001 fine' },
    ]);
    expect(successful).toEqual(['good']);
    expect(failed).toEqual([expect.objectContaining({ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true })]);
    expect(await queue.bodies()).toEqual(['fine']);
  });

  it('forgets all messages when it is purged', async () => {
    const queue = await client.queue();
    await queue.sendAll(numbered(5));
    await queue.receive({ MaxNumberOfMessages: 2, VisibilityTimeout: 1 });
    await client.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    expect(await queue.receive({ WaitTimeSeconds: 2 })).toEqual([]);
  });

  it('takes a delete for done that was done before', async () => {
    const queue = await client.queue();
    await queue.send('gone');
    const message = only(await queue.receive());
    await queue.delete(message);
    await queue.delete(message);
    const Entries = [{ Id: 'a', ReceiptHandle: message.ReceiptHandle }];
    const again = await client.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    expect(again.Successful).toEqual([{ Id: 'a' }]);
  });

  it('does not know a queue that was never made, and finds one that was', async () => {
    const queue = await client.queue();
    const found = await client.sqs.send(new GetQueueUrlCommand({ QueueName: queue.name }));
    expect(found.QueueUrl).toBe(queue.url);
    expect(await queue.attribute('QueueArn')).toBe(`arn:aws:sqs:us-east-1:000000000000:${queue.name}`);
    await expect(client.sqs.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    });
  });

  it('moves a message that was received too often to the dead-letter queue', async () => {
    const deadLetters = await client.queue();
    const deadLetterTargetArn = await deadLetters.attribute('QueueArn');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    const queue = await client.queue({ RedrivePolicy });
    const id = await queue.send('worn out');
    await queue.hide(only(await queue.receive()), 0);
    expect(await queue.receive()).toEqual([]);
    expect(only(await deadLetters.receive()).MessageId).toBe(id);
    expect(await queue.attribute('RedrivePolicy')).toBe(RedrivePolicy);
  });
});

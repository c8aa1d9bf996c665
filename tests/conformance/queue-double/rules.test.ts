import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { later, numbered, only, openClient, type Client } from './client.ts';
import { startQueueDouble, type QueueDouble } from './start.ts';

const start = (speed: number) => startQueueDouble({ died: console.error, signal: new AbortController().signal, speed });

/** Rules of SQS that fauxqs is known not to keep; each case says what fauxqs does. */
describe('the double alone', () => {
  let double: QueueDouble;
  let client: Client;
  beforeAll(async () => {
    double = await start(1);
    client = openClient(double.endpoint);
  });
  afterAll(async () => {
    client.close();
    await double.stop();
  });

  // fauxqs says so too, and deletes nothing.
  it('deletes a message by the handle of an earlier receive', async () => {
    const queue = await client.queue();
    await queue.send('received twice');
    const first = only(await queue.receive());
    await queue.hide(first, 0);
    await queue.receive();
    await queue.delete(first);
    expect((await double.counts()).queues[queue.name]).toMatchObject({ visible: 0, inFlight: 0, deleted: 1 });
  });

  // fauxqs takes any handle for a delete, and for all three names one reason, another one in batches.
  it('tells a handle that is none from a message that is gone, and from one that is not in flight', async () => {
    const queue = await client.queue();
    await queue.sendAll(numbered(2));
    const [gone = {}, shown = {}] = await queue.receive();
    await queue.delete(gone);
    await queue.hide(shown, 0);
    const none = { ReceiptHandle: 'made/up' };
    const names = ['InvalidParameterValue', 'MessageNotInflight', 'ReceiptHandleIsInvalid'];
    for (const [i, message] of [gone, shown, none].entries())
      await expect(queue.hide(message, 10)).rejects.toMatchObject({ name: names[i] });
    await expect(queue.delete(none)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    const Entries = [gone, shown, none].map(({ ReceiptHandle }, i) => ({
      Id: String(i),
      ReceiptHandle,
      VisibilityTimeout: 10,
    }));
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue.url, Entries });
    const { Failed = [] } = await client.sqs.send(command);
    expect(Failed.map(({ Code }) => Code)).toEqual(names);
    expect(Failed.every(({ SenderFault }) => SenderFault)).toBe(true);
  });

  // fauxqs names it with a prefix that SQS does not put.
  it('names parameters that are out of bounds', async () => {
    const queue = await client.queue();
    const invalid = { name: 'InvalidParameterValue', $fault: 'client' };
    await expect(queue.receive({ MaxNumberOfMessages: 11 })).rejects.toMatchObject(invalid);
    await expect(queue.receive({ VisibilityTimeout: 43_201 })).rejects.toMatchObject(invalid);
    await expect(queue.receive({ WaitTimeSeconds: 21 })).rejects.toMatchObject(invalid);
    await expect(queue.send('x', { DelaySeconds: 901 })).rejects.toMatchObject(invalid);
    await expect(queue.send('x'.repeat(1_048_577))).rejects.toMatchObject(invalid);
    await expect(queue.send('')).rejects.toMatchObject({ name: 'MissingParameter' });
    await expect(client.queue({ VisibilityTimeout: '-1' })).rejects.toMatchObject({ name: 'InvalidAttributeValue' });
    await expect(client.queue({ Colour: 'red' })).rejects.toMatchObject({ name: 'InvalidAttributeName' });
    await expect(client.queue({ RedrivePolicy: '{"maxReceiveCount":3}' })).rejects.toMatchObject(invalid);
    const deadLetterTargetArn = await queue.attribute('QueueArn');
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }) };
    const toItself = new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes });
    await expect(client.sqs.send(toItself)).rejects.toMatchObject(invalid);
  });

  // fauxqs gives all of them.
  it('tells no attribute of a queue that was not asked for', async () => {
    const { url: QueueUrl } = await client.queue();
    expect((await client.sqs.send(new GetQueueAttributesCommand({ QueueUrl }))).Attributes).toEqual({});
    const AttributeNames = ['MessageRetentionPeriod' as const];
    const { Attributes } = await client.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(Attributes).toEqual({ MessageRetentionPeriod: '345600' });
  });

  // fauxqs takes attributes over that were not set before.
  it('makes the same queue again, but none with other attributes', async () => {
    const { name: QueueName, url } = await client.queue({ DelaySeconds: '3' });
    const create = (Attributes: Record<string, string>) =>
      client.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    expect((await create({ DelaySeconds: '3', VisibilityTimeout: '30' })).QueueUrl).toBe(url);
    await expect(create({ DelaySeconds: '4' })).rejects.toMatchObject({ name: 'QueueNameExists' });
  });

  // fauxqs takes emojis for characters that XML does not know.
  it('takes every character that XML allows, and no half of one', async () => {
    const queue = await client.queue();
    await queue.send('🎉 \t\n');
    expect(await queue.bodies()).toEqual(['🎉 \t\n']);
    for (const body of ['\uFFFE', '\u000b', '\ud83c'])
      await expect(queue.send(`bad ${body}`)).rejects.toMatchObject({ name: 'InvalidMessageContents' });
  });

  // fauxqs gives the MD5 of all attributes with some of them.
  it('gives the MD5 of the message attributes that it gives', async () => {
    const queue = await client.queue();
    const text = { DataType: 'String', StringValue: 'a' };
    await queue.send('one', { MessageAttributes: { text } });
    await queue.send('two', { MessageAttributes: { text, 'more.text': text } });
    const messages = await queue.receive({ MessageAttributeNames: ['text'] });
    expect(messages.map(({ MessageAttributes }) => MessageAttributes)).toEqual([{ text }, { text }]);
    expect(new Set(messages.map(({ MD5OfMessageAttributes }) => MD5OfMessageAttributes)).size).toBe(1);
  });

  // fauxqs forgets where it came from.
  it('tells of a dead letter from which queue it came, and keeps its age', async () => {
    const deadLetters = await client.queue();
    const deadLetterTargetArn = await deadLetters.attribute('QueueArn');
    const queue = await client.queue({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }) });
    await queue.send('tired');
    const { Attributes: first = {} } = only(await queue.receive({ VisibilityTimeout: 0 }));
    expect(await queue.bodies({ VisibilityTimeout: 0 })).toEqual(['tired']);
    expect(await queue.receive()).toEqual([]);
    const { Attributes = {} } = only(await deadLetters.receive());
    expect(Attributes.DeadLetterQueueSourceArn).toBe(await queue.attribute('QueueArn'));
    expect(Attributes.SentTimestamp).toBe(first.SentTimestamp);
  });

  // fauxqs gives it to the client that left.
  it('gives nothing to a long poll whose client left', async () => {
    const queue = await client.queue();
    const body = JSON.stringify({ QueueUrl: queue.url, WaitTimeSeconds: 20 });
    const leaving = new AbortController();
    const headers = { 'x-amz-target': 'AmazonSQS.ReceiveMessage' };
    const poll = fetch(double.endpoint, { method: 'POST', headers, body, signal: leaving.signal });
    await later(100);
    leaving.abort();
    await expect(poll).rejects.toThrow('aborted');
    await later(100);
    await queue.send('for the living');
    expect(await queue.bodies()).toEqual(['for the living']);
  });

  it('gives a batch to one long poll, and the next to the next', async () => {
    const queue = await client.queue();
    const polls = [queue.bodies({ WaitTimeSeconds: 20 })];
    await later(100);
    polls.push(queue.bodies({ WaitTimeSeconds: 20 }));
    await later(100);
    await queue.sendAll(numbered(10));
    expect(await polls[0]).toEqual(numbered(10));
    await queue.sendAll(numbered(3, 10));
    expect(await polls[1]).toEqual(numbered(3, 10));
  });

  it('lists all messages, wherever they are', async () => {
    const queue = await client.queue();
    await queue.send('hidden');
    await queue.receive();
    const why = { DataType: 'String', StringValue: 'test' };
    await queue.send('in line', { MessageAttributes: { why } });
    await queue.send('to come', { DelaySeconds: 60 });
    expect(await double.messages(queue.name)).toMatchObject([
      { body: 'hidden', attributes: {}, receiveCount: 1, state: 'inFlight' },
      { body: 'in line', attributes: { why }, receiveCount: 0, state: 'visible' },
      { body: 'to come', attributes: {}, receiveCount: 0, state: 'delayed' },
    ]);
    await expect(double.messages('none')).rejects.toThrow('404');
  });
});

describe('a clock that is 3 600 times as fast', () => {
  let double: QueueDouble;
  let client: Client;
  beforeAll(async () => {
    double = await start(3_600);
    client = openClient(double.endpoint);
  });
  afterAll(async () => {
    client.close();
    await double.stop();
  });

  it('ends an hour of visibility, of delay and of age in a second', async () => {
    const queue = await client.queue({ MessageRetentionPeriod: '7200' });
    await queue.send('first', { DelaySeconds: 900 });
    expect(await queue.receive()).toEqual([]);
    const [message = {}] = await queue.receive({ WaitTimeSeconds: 5, VisibilityTimeout: 1_800 });
    expect(await queue.receive()).toEqual([]);
    const [again = {}] = await queue.receive({ WaitTimeSeconds: 5, VisibilityTimeout: 43_200 });
    const aged = Number(again.Attributes?.ApproximateFirstReceiveTimestamp) - Number(again.Attributes?.SentTimestamp);
    expect(again.MessageId).toBe(message.MessageId);
    expect(aged).toBeGreaterThanOrEqual(900_000);
    await later(2_000);
    // In flight for twelve hours, but kept for two.
    expect((await double.counts()).queues[queue.name]).toMatchObject({ visible: 0, inFlight: 0, deleted: 0 });
  });

  it('waits as long as ever in a long poll', async () => {
    const queue = await client.queue();
    const startedMs = performance.now();
    await queue.receive({ WaitTimeSeconds: 1 });
    expect(performance.now() - startedMs).toBeGreaterThan(950);
  });

  it('extends no visibility beyond twelve hours from the receive', async () => {
    const queue = await client.queue();
    await queue.send('long');
    const message = only(await queue.receive({ VisibilityTimeout: 36_000 }));
    await later(300);
    await expect(queue.hide(message, 43_200)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await queue.hide(message, 36_000);
  });

  it('holds a changed retention against the messages that are there', async () => {
    const queue = await client.queue();
    await queue.sendAll(numbered(10));
    await later(200);
    expect((await double.messages(queue.name)).length).toBe(10);
    const Attributes = { MessageRetentionPeriod: '60' };
    await client.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
    expect(await double.messages(queue.name)).toEqual([]);
  });
});

import type { Message } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { numbered, openClient, type Client } from './client.ts';
import { startQueueDouble, type QueueDouble, type QueueDoubleOptions } from './start.ts';

async function withDouble<Result>(
  options: Partial<QueueDoubleOptions>,
  run: (double: QueueDouble, client: Client) => Promise<Result>,
): Promise<Result> {
  const double = await startQueueDouble({ died: console.error, signal: new AbortController().signal, ...options });
  const client = openClient(double.endpoint);
  try {
    return await run(double, client);
  } finally {
    client.close();
    await double.stop();
  }
}

describe('the double', () => {
  it('puts the last deleted messages back on demand', () =>
    withDouble({}, async (double, client) => {
      const queue = await client.queue();
      await queue.sendAll(numbered(4));
      for (const message of await queue.receive()) await queue.delete(message);
      expect(await double.redeliver(queue.name, 3)).toBe(3);
      expect(await queue.bodies()).toEqual(numbered(3, 1));
      expect(await double.redeliver(queue.name, 3)).toBe(1);
      expect((await double.counts()).queues[queue.name]).toMatchObject({ deleted: 4, receives: 7, mostReceives: 2 });
      await expect(double.redeliver('none', 1)).rejects.toThrow('404');
    }));

  it('strikes the same requests again with the same seed, and others with another', async () => {
    const play = (seed: number) =>
      withDouble({ seed }, async (double, client) => {
        const queue = await client.queue();
        await double.order([
          { action: 'SendMessage', probability: 0.3, fault: 'error500' },
          { action: 'SendMessageBatch', probability: 0.5, fault: 'partial' },
        ]);
        const told: unknown[] = [];
        for (const body of numbered(20)) {
          const isSent = queue.send(body).then(
            () => true,
            () => false,
          );
          told.push(await isSent, (await queue.sendAll(numbered(10))).failed);
        }
        return { told, strikes: (await double.counts()).strikes };
      });
    const [one, again, other] = [await play(7), await play(7), await play(8)];
    expect(again).toEqual(one);
    expect(other.told).not.toEqual(one.told);
    // Three standard deviations about 6 and 10 of 20, so that a chance that is none would show.
    expect(one.strikes['SendMessage/error500']).toBeGreaterThan(0);
    expect(one.strikes['SendMessage/error500']).toBeLessThan(13);
    expect(one.strikes['SendMessageBatch/partial']).toBeGreaterThan(3);
  });

  it('serves 50 000 messages, each received twice, in the time of a test', () =>
    withDouble({ speed: 10 }, async (double) => {
      const QueueUrl = await double.createQueue('many');
      // The SDK would take most of the time.
      const call = async (action: string, parameters: object) => {
        const headers = { 'x-amz-target': `AmazonSQS.${action}` };
        const body = JSON.stringify({ QueueUrl, ...parameters });
        const response = await fetch(double.endpoint, { method: 'POST', headers, body });
        return (await response.json()) as { Messages?: Message[] };
      };
      /** Eight at once keep both processes at work. */
      const inParallel = async (work: () => Promise<boolean>) => {
        const worker = async () => {
          while (await work());
        };
        await Promise.all(Array.from({ length: 8 }, worker));
      };
      const total = 50_000;
      const batches = Array.from({ length: total / 10 }, (_, i) => numbered(10, i * 10));
      await inParallel(async () => {
        const bodies = batches.pop();
        if (bodies === undefined) return false;
        const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
        await call('SendMessageBatch', { Entries });
        return true;
      });
      // Hidden for six seconds of the wall clock's: the first show again while the last are being received.
      const how = { MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 60 };
      const wanted = { MessageSystemAttributeNames: ['ApproximateReceiveCount'] };
      const deleted = new Set<string>();
      await inParallel(async () => {
        const { Messages = [] } = await call('ReceiveMessage', { ...how, ...wanted });
        const again = Messages.filter(({ Attributes }) => Attributes?.ApproximateReceiveCount !== '1');
        const Entries = again.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
        if (Entries.length > 0) await call('DeleteMessageBatch', { Entries });
        for (const { Body = '' } of again) deleted.add(Body);
        return deleted.size < total;
      });
      const end = { visible: 0, inFlight: 0, delayed: 0, sent: total, deleted: total };
      expect((await double.counts()).queues['many']).toMatchObject(end);
    }));
});

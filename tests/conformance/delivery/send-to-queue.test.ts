import { SendMessageBatchCommand, type SendMessageBatchCommandOutput, type SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startQueue, type Queue } from '../../support/queue.ts';
import { sendToQueue } from './send-to-queue.ts';

let queue: Queue;
beforeEach(async () => (queue = await startQueue()));
afterEach(() => queue.close());

/** The same client, whose queue refuses some entries of a request and takes the others. */
function refusing(refuses: (body: string | undefined) => boolean): Pick<SQSClient, 'send'> {
  return {
    send: async (command: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput> => {
      const { QueueUrl, Entries = [] } = command.input;
      const bad = Entries.filter(({ MessageBody }) => refuses(MessageBody));
      const good = Entries.filter((entry) => !bad.includes(entry));
      if (good.length > 0) await queue.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: good }));
      const Failed = bad.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'try again' }));
      return { $metadata: {}, Successful: [], Failed };
    },
  };
}

const bodies = Array.from({ length: 25 }, (_, n) => `message ${n}`);
const arrived = async () => (await queue.take(queue.url)).map(({ Body }) => Body);

describe('messages straight to a queue', () => {
  it('stand there once each', async () => {
    await sendToQueue(queue.sqs, queue.url, bodies);
    expect((await arrived()).sort()).toEqual([...bodies].sort());
  });

  it('are written again where the queue refused them, and no others with them', async () => {
    const refused = new Set<string | undefined>();
    const everyThirdOnce = (body: string | undefined) => {
      if (Number(body?.split(' ')[1]) % 3 !== 0 || refused.has(body)) return false;
      refused.add(body);
      return true;
    };
    await sendToQueue(refusing(everyThirdOnce), queue.url, bodies);
    expect(refused.size).toBe(9);
    expect((await arrived()).sort()).toEqual([...bodies].sort());
  });

  it('are given up where the queue keeps refusing them', async () => {
    await expect(
      sendToQueue(
        refusing((body) => body === 'message 7'),
        queue.url,
        bodies,
      ),
    ).rejects.toThrow('The queue refused 1 messages: try again');
  });
});

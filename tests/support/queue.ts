import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
  type Message,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { createDirectSqs } from '../../apps/shared/sqs-direct.ts';
import type { Sqs } from '../../apps/shared/sqs.ts';

export interface Queue {
  readonly endpoint: string;
  readonly url: string;
  readonly deadLetterUrl: string;
  readonly sqs: SQSClient;
  /** As the apps ask it. */
  readonly direct: Sqs;
  /** All messages that can be received now; they stay hidden for the rest of the test. */
  readonly take: (url: string) => Promise<Message[]>;
  readonly purge: () => Promise<void>;
  readonly purgeLetters: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** An SQS of the test's own, with a queue and its dead-letter queue. */
export async function startQueue(): Promise<Queue> {
  const app = buildApp({ logger: false });
  const endpoint = await app.listen({ host: '127.0.0.1', port: 0 });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const region = 'us-east-1';
  const sqs = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });
  const direct = createDirectSqs({
    endpoint: new URL(endpoint),
    region,
    attempts: 3,
    connections: 50,
    timeoutMs: 10_000,
    clock: Date.now,
    random: Math.random,
    credentials: () => Promise.resolve(credentials),
  });
  const create = async (name: string) => (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '';
  const url = await create('events');
  const deadLetterUrl = await create('dead-letters');
  return {
    endpoint,
    url,
    deadLetterUrl,
    sqs,
    direct,
    async take(queueUrl) {
      const all: Message[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: queueUrl,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 600,
            MessageAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return all;
        all.push(...Messages);
      }
    },
    async purge() {
      for (const each of [url, deadLetterUrl]) await sqs.send(new PurgeQueueCommand({ QueueUrl: each }));
    },
    async purgeLetters() {
      await sqs.send(new PurgeQueueCommand({ QueueUrl: deadLetterUrl }));
    },
    async close() {
      sqs.destroy();
      await direct.close();
      await app.close();
    },
  };
}

import type { Message } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { batchSize, complain, createSqs, parse, type ConsumerOptions, type StartConsumer } from './consumer.ts';

type Handlers =
  | { readonly handleMessage: (message: Message) => Promise<Message> }
  | { readonly handleMessageBatch: (messages: Message[]) => Promise<Message[]> };

/** A consumer has ten messages in hand at most, so there are as many as it takes; they share what they can share. */
function startConsumers(options: ConsumerOptions, handlers: Handlers): void {
  const sqs = createSqs(options);
  for (let count = 0; count < options.concurrency / batchSize; count++) {
    const consumer = Consumer.create({ sqs, queueUrl: options.queueUrl, batchSize, ...handlers });
    consumer.on('error', complain);
    consumer.on('processing_error', complain);
    consumer.start();
  }
}

/** Its usual form: each message has its own handler, and is deleted by itself. */
export const startSqsConsumer: StartConsumer = (options) => {
  const handleMessage = async (message: Message) => {
    await options.deliver(parse(message.Body));
    // Only what is returned is deleted.
    return message;
  };
  startConsumers(options, { handleMessage });
  return Promise.resolve();
};

/** One handler for what a receive brought, which is deleted together. */
export const startSqsConsumerBatch: StartConsumer = (options) => {
  const handleMessageBatch = async (messages: Message[]) => {
    await Promise.all(messages.map(({ Body }) => options.deliver(parse(Body))));
    return messages;
  };
  startConsumers(options, { handleMessageBatch });
  return Promise.resolve();
};

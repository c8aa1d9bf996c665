import { MessageHandlerConfigBuilder } from '@message-queue-toolkit/core';
import { AbstractSqsConsumer, type SQSConsumerDependencies } from '@message-queue-toolkit/sqs';
import { z } from 'zod';
import { logger, nothing } from '../peers/silent-logger.ts';
import { batchSize, createSqs, type ConsumerOptions, type StartConsumer } from './consumer.ts';

const schema = z.looseObject({ id: z.string(), type: z.literal('order.created') });

type Event = z.infer<typeof schema>;

/** In tens of messages, as its consumers are sqs-consumer's. */
class EventConsumer extends AbstractSqsConsumer<Event, undefined> {
  constructor(dependencies: SQSConsumerDependencies, { queueUrl, concurrency, deliver }: ConsumerOptions) {
    const handlers = new MessageHandlerConfigBuilder<Event, undefined>().addConfig(schema, async (event) => {
      await deliver(event);
      return { result: 'success' };
    });
    const options = {
      handlers: handlers.build(),
      messageTypeResolver: { messageTypePath: 'type' },
      locatorConfig: { queueUrl },
      concurrentConsumersAmount: concurrency / batchSize,
      consumerOverrides: { batchSize },
    };
    super(dependencies, options, undefined);
  }
}

/** None is expected here. */
const end = (error: unknown): never => {
  throw error;
};

export const startMessageQueueToolkit: StartConsumer = async (options) => {
  const dependencies: SQSConsumerDependencies = {
    sqsClient: createSqs(options),
    logger,
    errorReporter: { report: nothing },
    consumerErrorResolver: { processError: end },
    transactionObservabilityManager: {
      start: nothing,
      startWithGroup: nothing,
      stop: nothing,
      addCustomAttributes: nothing,
    },
  };
  await new EventConsumer(dependencies, options).start();
};

import { awsEnvironment } from '../stand-in/start.ts';
import { queueName, type TripStage } from './stage.ts';
import { startPinned, type Program } from './start-pinned.ts';

/** Consumers of others, in the words of `consumers/main.ts`. */
export type ConsumerName = 'sqs-consumer' | 'sqs-consumer, batches' | 'BullMQ' | 'message-queue-toolkit';

export function startConsumer(stage: TripStage, name: ConsumerName, concurrency: number): Promise<Program> {
  const { standIn, redis, target } = stage;
  return startPinned(stage, {
    name,
    args: [`${import.meta.dirname}/../consumers/main.ts`, name],
    env: {
      NODE_ENV: 'production',
      TARGET_URL: target.url,
      CONCURRENCY: String(concurrency),
      REDIS_URL: redis.url,
      QUEUE_URL: standIn.queueUrl(queueName),
      ...awsEnvironment(standIn.endpoint),
    },
  });
}

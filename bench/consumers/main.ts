/**
 * A consumer of others that works off a backlog. Its name is the argument; TARGET_URL, CONCURRENCY, REDIS_URL, AWS_ENDPOINT_URL_SQS and
 * QUEUE_URL say the rest.
 */
import { startBullmq } from './bullmq.ts';
import { createDeliver, type StartConsumer } from './consumer.ts';
import { startMessageQueueToolkit } from './message-queue-toolkit.ts';
import { startSqsConsumer, startSqsConsumerBatch } from './sqs-consumer.ts';

const consumers: Readonly<Record<string, StartConsumer>> = {
  'sqs-consumer': startSqsConsumer,
  'sqs-consumer, batches': startSqsConsumerBatch,
  BullMQ: startBullmq,
  'message-queue-toolkit': startMessageQueueToolkit,
};

const { TARGET_URL = '', CONCURRENCY = '10', REDIS_URL = '', AWS_ENDPOINT_URL_SQS = '', QUEUE_URL = '' } = process.env;
const name = process.argv[2] ?? '';
const start = consumers[name];
if (start === undefined)
  throw new Error(`There is no consumer ${name}; there are ${Object.keys(consumers).join('; ')}`);

await start({
  sqsEndpoint: AWS_ENDPOINT_URL_SQS,
  queueUrl: QUEUE_URL,
  redisUrl: REDIS_URL,
  concurrency: Number(CONCURRENCY),
  deliver: createDeliver(TARGET_URL),
});
process.stdout.write(`${JSON.stringify({ msg: 'listening' })}\n`);

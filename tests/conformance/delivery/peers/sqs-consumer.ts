import { once } from 'node:events';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Redis } from 'ioredis';
import { Consumer } from 'sqs-consumer';
import { createAcquire } from '../../peers/rate-limiter-redis.ts';
import type { SentEvent } from '../events.ts';
import { complain, type StartPeer } from './peer.ts';

/** SQS gives no more at once. */
const batchSize = 10;

/** A pod that stops waits for its last poll, and is killed 12 s later: a poll of the library's 20 s would never end. */
const waitTimeSeconds = 5;
const stopWithinMs = 10_000;

/**
 * Whoever starts it creates the queue, with a redrive policy of `maxReceiveCount` 5. What fails stays hidden until its
 * visibility ends, as the library leaves it by default. The limit is a RateLimiterRedis that all pods share, waited for by
 * each message once it has been received.
 */
export const startSqsConsumer: StartPeer = async (options) => {
  const { redisUrl, sqsEndpoint, queueUrl, visibilitySeconds, calls, perMs, deliver } = options;
  const redis = new Redis(redisUrl);
  redis.on('error', complain);
  await redis.ping();
  const acquire = createAcquire(redis, calls, perMs);
  const sqs = new SQSClient({
    endpoint: sqsEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  });
  const consumer = Consumer.create({
    sqs,
    queueUrl,
    batchSize,
    visibilityTimeout: visibilitySeconds,
    waitTimeSeconds,
    pollingCompleteWaitTimeMs: stopWithinMs,
    async handleMessage(message) {
      await acquire();
      await deliver(JSON.parse(message.Body ?? '') as SentEvent);
      // Only what is returned is deleted.
      return message;
    },
  });
  consumer.on('error', complain);
  consumer.on('processing_error', complain);
  consumer.start();
  return async () => {
    const stopped = once(consumer, 'stopped');
    consumer.stop();
    await stopped;
    redis.disconnect();
    sqs.destroy();
  };
};

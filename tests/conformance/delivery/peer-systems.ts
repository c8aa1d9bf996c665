import { SQSClient } from '@aws-sdk/client-sqs';
import { createAttempts } from './attempts.ts';
import { collect } from './evidence.ts';
import { messageOf } from './events.ts';
import { addJobs, readFailed, readLeft } from './peers/bullmq.ts';
import type { System } from './play-row.ts';
import { createPods, type Receiver } from './pods.ts';
import { sendToQueue } from './send-to-queue.ts';
import { depthOfQueue, openStage } from './stage.ts';
import { chanceAndTime, sqsAccess, type World, type WorldOptions } from './world.ts';

/** What most give a queue with a dead-letter queue. */
const maxReceiveCount = 5;

/** A hold of three timeouts: what its users take who were bitten by the default of 30 s. */
const visibilitySeconds = '5';

/** Sent at once; small enough that the backlog stays what was asked. */
const perSend = 100;

/** Nobody stands before a peer's queue: its events are written there. */
const noReceiver: Receiver = {
  url: '',
  kill: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  start: () => Promise.resolve(),
};

async function openPeer(name: string, options: WorldOptions): Promise<World> {
  const { setup } = options;
  const stage = await openStage(options, maxReceiveCount);
  const { died, signal, portTo } = stage;
  try {
    const pods = createPods({
      args: [`${import.meta.dirname}/peers/main.ts`, name],
      env: {
        ...sqsAccess,
        REDIS_URL: `redis://127.0.0.1:${portTo('redis')}`,
        TARGET_URL: `http://127.0.0.1:${portTo('target')}/graphql`,
        AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${portTo('dispatcher-queue')}`,
        QUEUE_URL: stage.queueUrl,
        VISIBILITY_SECONDS: visibilitySeconds,
        CALLS: String(setup.limit.calls),
        PER_MS: String(setup.limit.perMs),
      },
      heard: () => undefined,
      died,
      signal,
    });
    stage.onClose(pods.close);
    await pods.start(setup.pods);
    const chance = chanceAndTime(options.seed, signal);
    const egw = () => Promise.reject(new Error(`${name} has no such commands`));
    return { ...stage, ...chance, setup, receiver: noReceiver, pods, attempts: createAttempts(), egw };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** Hands events over in small parts, each when it may; all of them are accepted, as nothing stands in between. */
async function sendAll(
  ids: readonly string[],
  mayGoOn: () => Promise<void>,
  send: (some: readonly string[]) => Promise<void>,
) {
  for (let from = 0; from < ids.length; from += perSend) {
    await mayGoOn();
    await send(ids.slice(from, from + perSend));
  }
  return new Map(ids.map((id) => [id, 'accepted' as const]));
}

const sqsConsumer: System = {
  name: 'sqs-consumer',
  open: (options) => openPeer('sqs-consumer', options),
  async send({ queue, queueUrl }, ids, mayGoOn) {
    const sqs = new SQSClient({
      endpoint: queue.endpoint,
      region: sqsAccess.AWS_REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      useQueueUrlAsEndpoint: false,
    });
    try {
      return await sendAll(ids, mayGoOn, (some) => sendToQueue(sqs, queueUrl, some.map(messageOf)));
    } finally {
      sqs.destroy();
    }
  },
  depth: depthOfQueue,
  // SQS moves its letters without a word of why.
  collect,
};

const bullmq: System = {
  name: 'BullMQ',
  open: (options) => openPeer('BullMQ', options),
  send: ({ redis }, ids, mayGoOn) => sendAll(ids, mayGoOn, (some) => addJobs(redis.url, some)),
  depth: async ({ redis }) => (await readLeft(redis.url)).length,
  async collect(world, sent, disturbances) {
    const { redis } = world;
    const [failed, left] = await Promise.all([readFailed(redis.url), readLeft(redis.url)]);
    return collect(world, sent, disturbances, { deadLetters: failed, left });
  },
};

export const peers: readonly System[] = [sqsConsumer, bullmq];

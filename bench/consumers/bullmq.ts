import { Queue, Worker } from 'bullmq';
import { complain, parse, type StartConsumer } from './consumer.ts';

/** A script that adds more would hold up Redis for all others. */
const jobsAtOnce = 1_000;

const queueName = 'events';

function addressOf(redisUrl: string) {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}

/** Its jobs lie in the same Redis, and are removed when they are done, as messages are. */
export const startBullmq: StartConsumer = async ({ redisUrl, concurrency, deliver }) => {
  const worker = new Worker<string>(queueName, ({ data }) => deliver(parse(data)), {
    // BullMQ's workers refuse a connection that gives up on a command.
    connection: { ...addressOf(redisUrl), maxRetriesPerRequest: null },
    concurrency,
    removeOnComplete: { count: 0 },
  });
  worker.on('error', complain);
  await worker.waitUntilReady();
};

export async function addJobs(redisUrl: string, bodies: readonly string[]): Promise<void> {
  const queue = new Queue<string>(queueName, { connection: addressOf(redisUrl) });
  queue.on('error', complain);
  try {
    for (let first = 0; first < bodies.length; first += jobsAtOnce)
      await queue.addBulk(bodies.slice(first, first + jobsAtOnce).map((data) => ({ name: 'deliver', data })));
  } finally {
    await queue.close();
  }
}

import { Queue, Worker } from 'bullmq';
import { eventOf, type SentEvent } from '../events.ts';
import { complain, type StartPeer } from './peer.ts';

/** As many calls at once as a pod of ours makes. */
const concurrency = 10;

/** As its documentation shows: after 1, 2, 4 and 8 s. What fails the fifth time stays in the failed set. */
const retries = { attempts: 5, backoff: { type: 'exponential', delay: 1_000 } } as const;

/** A script that adds more would hold up Redis for all others. */
const jobsAtOnce = 1_000;

const queueName = 'events';

function addressOf(redisUrl: string) {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}

export const startBullmq: StartPeer = async ({ redisUrl, calls, perMs, deliver }) => {
  const worker = new Worker<SentEvent>(queueName, ({ data }) => deliver(data), {
    // BullMQ's workers refuse a connection that gives up on a command.
    connection: { ...addressOf(redisUrl), maxRetriesPerRequest: null },
    concurrency,
    limiter: { max: calls, duration: perMs },
  });
  worker.on('error', complain);
  await worker.waitUntilReady();
  return () => worker.close();
};

export async function addJobs(redisUrl: string, ids: readonly string[]): Promise<void> {
  await withQueue(redisUrl, async (queue) => {
    for (let first = 0; first < ids.length; first += jobsAtOnce) {
      const some = ids.slice(first, first + jobsAtOnce);
      await queue.addBulk(some.map((id) => ({ name: 'deliver', data: eventOf(id), opts: retries })));
    }
  });
}

/** Its dead letters; the class is the message of the last error. */
export function readFailed(redisUrl: string): Promise<readonly { readonly id: string; readonly class: string }[]> {
  return withQueue(redisUrl, async (queue) => {
    const jobs = await queue.getFailed();
    return jobs.map(({ data, failedReason }) => ({ id: data.id, class: failedReason }));
  });
}

/** Event ids of the jobs that are to be worked on yet, or were when their pod was killed. */
export function readLeft(redisUrl: string): Promise<readonly string[]> {
  return withQueue(redisUrl, async (queue) => {
    const jobs = await queue.getJobs(['waiting', 'active', 'delayed']);
    return jobs.map(({ data }) => data.id);
  });
}

async function withQueue<T>(redisUrl: string, use: (queue: Queue<SentEvent>) => Promise<T>): Promise<T> {
  const queue = new Queue<SentEvent>(queueName, { connection: addressOf(redisUrl) });
  queue.on('error', complain);
  try {
    return await use(queue);
  } finally {
    await queue.close();
  }
}

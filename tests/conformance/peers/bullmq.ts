import { Queue, Worker } from 'bullmq';
import type { StartPeer } from './peer.ts';

/** As many calls at once as a pod of ours makes. */
const concurrency = 10;

export const startBullmq: StartPeer = async ({ redisUrl, calls, perMs, call }) => {
  const { hostname, port } = new URL(redisUrl);
  // BullMQ's workers refuse a connection that gives up on a command.
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue('calls', { connection });
  const worker = new Worker('calls', call, { connection, concurrency, limiter: { max: calls, duration: perMs } });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return (count) => void queue.addBulk(Array.from({ length: count }, () => ({ name: 'call', data: {} })));
};

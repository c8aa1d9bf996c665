/**
 * One pod of a peer. The peer's name is the argument; REDIS_URL, TARGET_URL, CALLS, PER_MS and PODS say the rest. Each line
 * on stdin is a number of calls to be made.
 */
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { startBullmq } from './bullmq.ts';
import { startPQueue } from './p-queue.ts';
import type { StartPeer } from './peer.ts';
import { startRateLimiterQueue } from './rate-limiter-queue.ts';
import { startRateLimiterRedis } from './rate-limiter-redis.ts';

const peers: Readonly<Record<string, StartPeer>> = {
  RateLimiterRedis: startRateLimiterRedis,
  RateLimiterQueue: startRateLimiterQueue,
  BullMQ: startBullmq,
  'p-queue': startPQueue,
};

const { TARGET_URL = '', REDIS_URL = '', CALLS, PER_MS, PODS } = process.env;
const name = process.argv[2] ?? '';
const start = peers[name];
if (start === undefined) throw new Error(`There is no peer ${name}; there are ${Object.keys(peers).join(', ')}`);

/** More than are ever in flight, so that none waits for a connection. */
const connections = 20;

const { origin, pathname } = new URL(TARGET_URL);
const pool = new Pool(origin, { connections, keepAliveTimeout: 60_000 });
const query = 'mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }';

async function call(): Promise<void> {
  const id = randomUUID();
  const input = { key: id, id, type: 'order.created', source: '/conformance', data: { order: 42 } };
  const response = await pool.request({
    path: pathname,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  await response.body.dump();
}

const options = { redisUrl: REDIS_URL, calls: Number(CALLS), perMs: Number(PER_MS), pods: Number(PODS), call };
const add = await start(options);
createInterface(process.stdin).on('line', (line) => add(Number(line)));
process.stdout.write(`${JSON.stringify({ msg: 'listening' })}\n`);

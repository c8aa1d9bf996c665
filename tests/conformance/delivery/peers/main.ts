/**
 * One pod of a peer. The peer's name is the argument; TARGET_URL, CALLS, PER_MS and REDIS_URL say the rest, and where it
 * works off an SQS queue AWS_ENDPOINT_URL_SQS, QUEUE_URL and VISIBILITY_SECONDS. SIGTERM stops it.
 */
import { startBullmq } from './bullmq.ts';
import { createDeliver } from './deliver.ts';
import type { StartPeer } from './peer.ts';
import { startSqsConsumer } from './sqs-consumer.ts';

const peers: Readonly<Record<string, StartPeer>> = {
  'sqs-consumer': startSqsConsumer,
  BullMQ: startBullmq,
};

const { TARGET_URL = '', REDIS_URL = '', CALLS, PER_MS } = process.env;
// 30 s is the default of SQS.
const { AWS_ENDPOINT_URL_SQS = '', QUEUE_URL = '', VISIBILITY_SECONDS = '30' } = process.env;
const name = process.argv[2] ?? '';
const start = peers[name];
if (start === undefined) throw new Error(`There is no peer ${name}; there are ${Object.keys(peers).join(', ')}`);

const stop = await start({
  redisUrl: REDIS_URL,
  sqsEndpoint: AWS_ENDPOINT_URL_SQS,
  queueUrl: QUEUE_URL,
  visibilitySeconds: Number(VISIBILITY_SECONDS),
  calls: Number(CALLS),
  perMs: Number(PER_MS),
  deliver: createDeliver(TARGET_URL),
});
process.once('SIGTERM', () => void stop().then(() => process.exit()));
process.stdout.write(`${JSON.stringify({ msg: 'listening' })}\n`);

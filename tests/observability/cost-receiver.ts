/**
 * A receiver as its main.ts makes it, before a real Redis and an SQS that takes everything at once, to measure what telling of itself costs: `bare` tells nothing, `told` has
 * metrics and logs, `traced` keeps a tenth of the traces besides.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createKeyCheck, type KeyRecord } from '../../apps/shared/keys.ts';
import { createRedis } from '../../apps/shared/redis.ts';
import { createRegistry } from '../../apps/shared/metrics.ts';
import { startTracing } from '../../apps/shared/export-traces.ts';
import { createIsoTime } from '../../apps/shared/iso-time.ts';
import { createLog } from '../../apps/shared/log.ts';
import { listen } from '../../apps/shared/lifecycle.ts';
import { openSqs } from '../../apps/shared/sqs.ts';
import { poolBytes } from '../../apps/shared/tracing.ts';
import { createReceiver } from '../../apps/receiver/app.ts';
import { createAuthenticate } from '../../apps/receiver/authenticate.ts';
import { createCors } from '../../apps/receiver/cors.ts';
import { createEnqueue, createSendBatch } from '../../apps/receiver/enqueue.ts';
import { createEnrich } from '../../apps/receiver/enrich.ts';
import { createObserve, type Observe } from '../../apps/receiver/observe.ts';
import { createRoute } from '../../apps/receiver/route.ts';
import { createReceive } from '../../apps/receiver/receive.ts';
import { createThrottle } from '../../apps/receiver/throttle.ts';
import { createTraceRequest } from '../../apps/receiver/trace.ts';
import { createValidate } from '../../apps/receiver/validate.ts';

const [variant = 'bare', redisUrl = '', records = '[]'] = process.argv.slice(2);
const keys = JSON.parse(records) as KeyRecord[];
const redis = createRedis(redisUrl);
await redis.connect();
const isTold = variant !== 'bare';
const tracing =
  variant === 'traced'
    ? await startTracing(
        { name: 'receiver', version: '0', instance: 'cost' },
        { ratio: 0.1, delayMs: 5_000, serviceName: undefined },
        { log: createLog('receiver', 'info'), now: () => performance.now() },
      )
    : undefined;
const registry = createRegistry({ exemplars: tracing !== undefined });
const observed = createObserve({
  registry,
  names: { target: ['crm'], source: ['/cost'] },
  version: '0',
  node: process.version,
  inFlight: () => 0,
  redisUp: () => true,
  clock: Date.now,
  expected: new Map(),
});
const nothing = () => undefined;
const observe: Observe = isTold
  ? observed
  : {
      answered: nothing,
      received: nothing,
      sourceOf: () => 'other',
      sized: nothing,
      authenticated: nothing,
      usedKey: nothing,
      sent: nothing,
      saw: nothing,
      sawNothing: nothing,
      sawRedis: nothing,
    };
const log = createLog('receiver', isTold ? 'info' : 'silent', process);
const sqs = await openSqs(process.env, 'direct', { attempts: 2, connections: 128, timeoutMs: 2_000 });
const sendBatch = createSendBatch(sqs, nothing);
const queue = createEnqueue(
  async (bodies) => {
    const startedMs = performance.now();
    const results = await sendBatch('http://localhost/000000000000/crm', bodies);
    observe.sent('crm', 'queued', (performance.now() - startedMs) / 1_000);
    return results;
  },
  () => performance.now(),
);
const now = () => performance.now();
const receive = createReceive({
  authenticate: createAuthenticate(
    { anonymous: false, checkKey: createKeyCheck(keys, Date.now), checkToken: undefined, checkCaller: undefined },
    observe,
  ),
  webhooks: new Map(),
  throttle: createThrottle(redis, 'cost', { requests: 1_000_000, perMs: 1_000 }, now),
  accept: { now, isoTime: createIsoTime(Date.now) },
  validate: createValidate(new Map()),
  route: createRoute(new Map([['crm', ['*']]])),
  admit: (routed) => routed,
  enrich: createEnrich({ brand: 'testBrand' }),
  queues: new Map([['crm', queue]]),
  observe,
  log,
});
const receiver = createReceiver({
  cors: createCors(undefined),
  receive,
  reserveBytes: () => true,
  releaseBytes: nothing,
  openapi: {},
  trace: createTraceRequest({
    tracer: tracing?.tracer,
    ratio: tracing?.ratio ?? 0,
    trust: new Set(),
    random: Math.random,
    randomBytes: poolBytes(randomBytes),
  }),
  observe,
  now,
  stopping: () => false,
  isSaturated: () => false,
  shed: nothing,
  log,
});
const server = createServer(receiver.listener);
const port = await listen(server, 0, '127.0.0.1');
process.stderr.write(`${JSON.stringify({ msg: 'listening', port })}\n`);

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SQSClient } from '@aws-sdk/client-sqs';
import packageJson from '../../package.json' with { type: 'json' };
import { queueFault } from '../shared/advice.ts';
import { describeFaults } from '../shared/config.ts';
import { readFleetState, readTimeUs } from '../shared/fleet-state.ts';
import { createKeyCheck } from '../shared/keys.ts';
import { close, createOps, listen, untilSignal, whenAborted } from '../shared/lifecycle.ts';
import { createLog } from '../shared/log.ts';
import { createRegistry } from '../shared/metrics.ts';
import { createRedis, tellOutages } from '../shared/redis.ts';
import { requireRegion } from '../shared/region.ts';
import { latencyKey } from '../shared/state-keys.ts';
import { createReceiver } from './app.ts';
import { createAuthenticate } from './authenticate.ts';
import { createBacklog, createReadDepth } from './backlog.ts';
import { readConfig } from './config.ts';
import { createCors } from './cors.ts';
import { createEnqueue, createSendBatch } from './enqueue.ts';
import { createEnrich } from './enrich.ts';
import { maxBytesInFlight } from './limits.ts';
import { createObserve } from './observe.ts';
import { createOpenApi } from './openapi.ts';
import { createRoute } from './route.ts';
import { createScaling } from './scaling.ts';
import { createReceiverServer } from './server.ts';
import { createThrottle } from './throttle.ts';
import { createValidate } from './validate.ts';

/** Kubernetes gives 30 s before it kills. */
const stopMs = 25_000;

/** What a request that is still arriving may take once we stop: more than any honest one needs. */
const unfinishedMs = 5_000;

const giveUp = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
};

const result = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
if (!result.ok) {
  process.stderr.write(`${describeFaults('The configuration', result.faults)}\n`);
  process.exit(1);
}
const { gateway, keys, schemas, instance, redisUrl, port, opsPort, host, logLevel } = result.config;
const now = () => performance.now();
const log = createLog('receiver', logLevel);
const stop = untilSignal(process);
if (keys === undefined) log.warn({}, 'auth.allowAnonymous is on: anyone may send');

const redis = createRedis(redisUrl);
tellOutages(redis, { url: redisUrl, log, now });
void redis.connect().catch(() => undefined);

const sqs = new SQSClient({
  // A connection that the other side just closed fails the first attempt; the deadline allows no third.
  maxAttempts: 2,
  // TLS already protects the body; a digest of it costs a tenth of the send.
  md5: false,
  useQueueUrlAsEndpoint: false,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    throwOnRequestTimeout: true,
    httpAgent: { maxSockets: 128 },
    httpsAgent: { maxSockets: 128 },
  },
});

await requireRegion(sqs.config).catch(giveUp);

const registry = createRegistry();
const observe = createObserve(registry, () => receiver.inFlight());
const sendBatch = createSendBatch(sqs, (error) => log.warn(queueFault(error), 'queue.send_failed'));
const queues = new Map(
  Object.entries(gateway.targets).map(([name, { queue }]) => [
    name,
    createEnqueue(async (bodies) => {
      const startedMs = now();
      const results = await sendBatch(queue.url, bodies);
      observe.sent(name, results.every((each) => each === 'queued') ? 'queued' : 'failed', (now() - startedMs) / 1_000);
      return results;
    }),
  ]),
);

const readDepth = createReadDepth(sqs);
const backlog = createBacklog(
  new Map(
    Object.entries(gateway.targets).map(([name, { queue, limit }]) => {
      const callsPerMs = Math.min(...limit.windows.map(({ calls, per }) => calls / per));
      return [name, { queueUrl: queue.url, callsPerMs }];
    }),
  ),
  readDepth,
  log,
);
/** Half a retention is days: what comes in between two looks does not matter. */
const lookEveryMs = 5_000;
const looking = setInterval(() => void backlog.look(), lookEveryMs);
void backlog.look();

let bytesInFlight = 0;
const receiver = createReceiver({
  cors: createCors(gateway.cors?.origins),
  authenticate: createAuthenticate(keys === undefined ? 'anonymous' : createKeyCheck(keys)),
  throttle: createThrottle(redis, instance, { requests: gateway.inbound.requests, perMs: gateway.inbound.per }),
  accept: {
    now,
    clock: () => new Date(),
    reserveBytes: (bytes) => {
      if (bytesInFlight + bytes > maxBytesInFlight) return false;
      bytesInFlight += bytes;
      return true;
    },
    releaseBytes: (bytes) => {
      bytesInFlight -= bytes;
    },
  },
  validate: createValidate(schemas),
  route: createRoute(new Map(Object.entries(gateway.targets).map(([name, { match }]) => [name, match]))),
  admit: backlog.admit,
  enrich: createEnrich(gateway.enrich, randomBytes),
  queues,
  openapi: createOpenApi(packageJson.version),
  observe,
  stopping: () => stop.aborted,
  log,
});

const server = createReceiverServer(receiver.listener);
const readFleet = async (target: string) => {
  try {
    const nowMs = Math.floor((await readTimeUs(redis)) / 1_000);
    const latency = await redis.get(latencyKey(instance, target));
    const latencyMs = latency === null ? undefined : Number(latency);
    return { ...(await readFleetState(redis, { instance, target }, nowMs)), latencyMs };
  } catch {
    return undefined;
  }
};
const ops = createOps({
  metrics: registry,
  unhealthy: () => undefined,
  unready: () => (stop.aborted ? 'stopping' : undefined),
  page: createScaling({ targets: new Map(Object.entries(gateway.targets)), readDepth, readFleet, now }),
});
const opsListening = await listen(ops, opsPort, host).catch(giveUp);
const listening = await listen(server, port, host).catch(giveUp);
log.info({ port: listening, ops_port: opsListening, targets: [...queues.keys()] }, 'listening');

await whenAborted(stop);
clearInterval(looking);
log.info({ signal: String(stop.reason), in_flight: receiver.inFlight() }, 'stopping');
setTimeout(() => process.exit(1), stopMs).unref();
// A request that never ends would hold the rest up.
setTimeout(() => server.closeAllConnections(), unfinishedMs).unref();
await close(server);
await Promise.all([...queues.values()].map(({ drained }) => drained()));
redis.disconnect();
sqs.destroy();
await close(ops);
log.info({}, 'stopped');

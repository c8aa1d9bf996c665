import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { queueFault } from '../shared/advice.ts';
import { openSecrets } from '../shared/aws-secrets.ts';
import { describeFaults } from '../shared/config.ts';
import { startTracing } from '../shared/export-traces.ts';
import { close, createOps, listen, untilSignal, whenAborted } from '../shared/lifecycle.ts';
import { createIsoTime } from '../shared/iso-time.ts';
import { createLog } from '../shared/log.ts';
import { createRegistry } from '../shared/metrics.ts';
import { createRedis, tellOutages } from '../shared/redis.ts';
import { openSqs } from '../shared/sqs.ts';
import { tellSeldom } from '../shared/tell-seldom.ts';
import { poolBytes } from '../shared/tracing.ts';
import { createApiKeys } from './api-keys.ts';
import { createReceiver } from './app.ts';
import { createAskRedis } from './ask-redis.ts';
import { createAuthenticate } from './authenticate.ts';
import { createBacklog, createReadDepth } from './backlog.ts';
import { readConfig } from './config.ts';
import { createCors } from './cors.ts';
import { createEnqueue, createSendBatch } from './enqueue.ts';
import { createEnrich } from './enrich.ts';
import { maxBytesInFlight } from './limits.ts';
import { look } from './look.ts';
import { createObserve } from './observe.ts';
import { openWebhooks } from './open-webhooks.ts';
import { createOpenApi } from './openapi.ts';
import { createReceive } from './receive.ts';
import { createRoute } from './route.ts';
import { createScaling } from './scaling.ts';
import { createShed } from './shed.ts';
import { openReceiverServer } from './server.ts';
import { createThrottle } from './throttle.ts';
import { createTraceRequest } from './trace.ts';
import { createValidate } from './validate.ts';
import { createCheckCaller, stsEndpoint } from './verify-caller.ts';

/** Kubernetes gives 30 s before it kills. */
const stopMs = 25_000;

/** What a request that is still arriving may take once we stop: more than any honest one needs. */
const unfinishedMs = 5_000;

const giveUp = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
};

const result = await readConfig(process.env, (path) => readFileSync(path, 'utf8'));
if (!result.ok) {
  process.stderr.write(`${describeFaults('The configuration', result.faults)}\n`);
  process.exit(1);
}
const {
  gateway,
  apiKeys: keyFile,
  schemas,
  instance,
  redisUrl,
  port,
  opsPort,
  host,
  logLevel,
  sqsClient,
  tracing: traced,
} = result.config;
const now = () => performance.now();
const log = createLog('receiver', logLevel, process);
const stop = untilSignal(process);
const readText = (path: string) => readFile(path, 'utf8');
const { allowAnonymous: anonymous, jwt, sts, webhooks: configured } = gateway.auth;
if (anonymous) log.warn({}, 'auth.allowAnonymous is on: anyone may send');

const redis = createRedis(redisUrl);
tellOutages(redis, { url: redisUrl, log, now });
void redis.connect().catch(() => undefined);

// The deadline of an answer allows no third attempt, and what is not answered by then is told to nobody.
const sqsLimits = { attempts: 2, connections: 128, timeoutMs: 2_000 };
const queueUrls = Object.values(gateway.targets).flatMap(({ queue }) => Object.values(queue));
const sqs = await openSqs(process.env, sqsClient, sqsLimits, queueUrls).catch(giveUp);

const { version } = packageJson;
const tracing = traced && (await startTracing({ name: 'receiver', version, instance }, traced, { log, now }));
const targets = new Map(Object.entries(gateway.targets));
const callsPerMs = new Map(
  [...targets].map(([name, { limit }]) => [name, Math.min(...limit.windows.map(({ calls, per }) => calls / per))]),
);
const registry = createRegistry({ exemplars: tracing !== undefined });
const observe = createObserve({
  registry,
  names: { target: [...targets.keys()], source: gateway.metrics.sources },
  version,
  node: process.version,
  inFlight: () => receiver.inFlight(),
  redisUp: () => redis.status === 'ready',
  clock: Date.now,
  expected: new Map(
    [...targets].map(([name, { latency }]) => [
      name,
      { callsPerSecond: (callsPerMs.get(name) ?? 0) * 1_000, latencySeconds: latency / 1_000 },
    ]),
  ),
});
const faults = tellSeldom(log, now);
const sendBatch = createSendBatch(sqs, (error) => faults.warn(queueFault(error), 'queue.send_failed'));
const queues = new Map(
  [...targets].map(([name, { queue }]) => [
    name,
    createEnqueue(async (bodies) => {
      const startedMs = now();
      const results = await sendBatch(queue.url, bodies);
      observe.sent(name, results.every((each) => each === 'queued') ? 'queued' : 'failed', (now() - startedMs) / 1_000);
      return results;
    }, now),
  ]),
);

const takers = [...queues.values()];
const readDepth = createReadDepth(sqs);
const backlog = createBacklog(callsPerMs);
const askRedis = createAskRedis(redis, instance, Date.now);
const apiKeys = keyFile && createApiKeys(keyFile, { readFile: readText, clock: Date.now, log });
// Loaded by whoever takes tokens: what checks them takes a part of every start.
const issuers =
  Object.keys(jwt).length === 0
    ? undefined
    : (await import('./open-issuers.ts')).openIssuers(jwt, { fetch, now, clock: Date.now, log });
const checkCaller = sts && createCheckCaller(sts, { fetch, endpoint: stsEndpoint(process.env), clock: Date.now });
const readSecret = openSecrets({ env: process.env, readFile: readText });
const webhooks = await openWebhooks(configured, { readSecret, observe, clock: Date.now, log }).catch(giveUp);
const receive = createReceive({
  authenticate: createAuthenticate(
    { anonymous, checkKey: apiKeys?.check, checkToken: issuers?.checkToken, checkCaller },
    observe,
  ),
  webhooks: webhooks.verify,
  throttle: createThrottle(redis, instance, { requests: gateway.inbound.requests, perMs: gateway.inbound.per }, now),
  accept: { now, isoTime: createIsoTime(Date.now) },
  validate: createValidate(schemas),
  route: createRoute(new Map([...targets].map(([name, { match }]) => [name, match]))),
  admit: backlog.admit,
  enrich: createEnrich(gateway.enrich),
  queues,
  observe,
  log,
});
let bytesInFlight = 0;
const shed = createShed({ observe, log });
const receiver = createReceiver({
  cors: createCors(gateway.cors?.origins),
  receive,
  reserveBytes: (bytes) => {
    if (bytesInFlight + bytes > maxBytesInFlight) return false;
    bytesInFlight += bytes;
    return true;
  },
  releaseBytes: (bytes) => {
    bytesInFlight -= bytes;
  },
  openapi: createOpenApi(version),
  trace: createTraceRequest({
    tracer: tracing?.tracer,
    ratio: tracing?.ratio ?? 0,
    trust: new Set(gateway.tracing.trust),
    random: Math.random,
    randomBytes: poolBytes(randomBytes),
  }),
  observe,
  now,
  stopping: () => stop.aborted,
  isSaturated: () => takers.every((queue) => queue.isSaturated()),
  shed: shed.turnAway,
  log,
});

const unusable = (fault: string) =>
  log.error({ fault, advice: 'Mend it: the certificate before it stays in use' }, 'secret.unusable');
const tls = gateway.tls && { refs: gateway.tls, readSecret, unusable, clock: Date.now };
const { server, follow: followTls } = await openReceiverServer(receiver.listener, tls).catch(giveUp);
const readFleet = async (target: string) => {
  const asked = await askRedis.fleet(target);
  return asked && { ...asked.fleet, latencyMs: asked.latencyMs };
};
const ops = createOps({
  metrics: registry,
  unhealthy: () => undefined,
  unready: () => (stop.aborted ? 'stopping' : undefined),
  page: createScaling({ targets, readDepth, readFleet, now }),
});
const opsListening = await listen(ops, opsPort, host).catch(giveUp);
const listening = await listen(server, port, host).catch(giveUp);
log.info({ port: listening, ops_port: opsListening, targets: [...queues.keys()], sqs: sqs.client }, 'listening');

void apiKeys?.follow(stop);
void issuers?.follow(stop);
void webhooks.follow(stop);
void shed.tell(stop);
void followTls(stop);
void look(
  {
    queues: new Map([...targets].map(([name, { queue }]) => [name, queue])),
    readDepth,
    redis: askRedis,
    learn: backlog.learn,
    observe,
    log,
    clock: Date.now,
  },
  stop,
);

await whenAborted(stop);
log.info({ signal: String(stop.reason), in_flight: receiver.inFlight() }, 'stopping');
setTimeout(() => process.exit(1), stopMs).unref();
// A request that never ends would hold the rest up.
setTimeout(() => server.closeAllConnections(), unfinishedMs).unref();
await close(server);
await Promise.all(takers.map(({ drained }) => drained()));
await tracing?.close();
redis.disconnect();
await sqs.close();
await close(ops);
log.info({}, 'stopped');

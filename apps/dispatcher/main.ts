import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { describeFaults } from '../shared/config.ts';
import { startTracing } from '../shared/export-traces.ts';
import { close, createOps, listen, untilSignal, whenAborted } from '../shared/lifecycle.ts';
import { createLog } from '../shared/log.ts';
import { createRegistry } from '../shared/metrics.ts';
import { openSecrets } from '../shared/aws-secrets.ts';
import { openSqs } from '../shared/sqs.ts';
import { tellSeldom } from '../shared/tell-seldom.ts';
import { poolBytes } from '../shared/tracing.ts';
import { createAcknowledge } from './acknowledge.ts';
import { createDispatcher } from './app.ts';
import { createAttempt } from './attempt.ts';
import { capacityOf, createBook, shortAheadMs, usualAheadMs } from './book.ts';
import { createCircuit } from './circuit.ts';
import { createClaim } from './claim.ts';
import { createCodeRules } from './code-rules.ts';
import { readConfig } from './config.ts';
import { joinFleet } from './fleet.ts';
import { createMakeInput } from './input.ts';
import { createObserve } from './observe.ts';
import { openTarget } from './open-target.ts';
import { createPace } from './pace.ts';
import { createAskPresence } from './presence.ts';
import { createReceive, readQueueRules, usualRules } from './poll.ts';
import { createRetention, createTurnOver } from './retention.ts';
import { run } from './run.ts';
import { createSettle } from './settle.ts';
import { createLatency } from './tell-latency.ts';
import { createBell, holdMs, spareMs } from './timing.ts';
import { createTraceTrip } from './trace.ts';

/** Kubernetes gives 30 s before it kills: what is not done by then was not going to be. */
const stopMs = 28_000;

const giveUp = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
};

const result = readConfig(process.env, (path) => readFileSync(path, 'utf8'));
if (!result.ok) {
  process.stderr.write(`${describeFaults('The configuration', result.faults)}\n`);
  process.exit(1);
}
const { target, settings, mutation, inDoubt, reconcile, instance, redisUrl, opsPort, host, logLevel } = result.config;
const { tracing: traced, traceProcess, sqsClient } = result.config;
const { version } = packageJson;
const { graphql, limit, retry } = settings;
const names = { instance, target };
const now = () => performance.now();
const clock = Date.now;
const { random } = Math;
const readText = (path: string) => readFile(path, 'utf8');
const traceBytes = poolBytes(randomBytes);
const log = createLog('dispatcher', logLevel, process);
const faults = tellSeldom(log, now);
const stop = untilSignal(process);

// Long polls hold their sockets, so what settles has a client of its own.
const sqsLimits = { attempts: 3, connections: 50, timeoutMs: 10_000 };
const openQueue = () => openSqs(process.env, sqsClient, sqsLimits, Object.values(settings.queue)).catch(giveUp);
const [receiving, settling] = await Promise.all([openQueue(), openQueue()]);

const changed = createBell();
const pace = createPace(limit, graphql.timeout);
const pod = randomUUID();
const { spacingMs } = pace;
const doubtMs = graphql.timeout + spareMs;
const book = createBook({
  concurrency: limit.concurrency,
  spacingMs,
  aheadMs: pace.maxInFlight > 0 ? shortAheadMs : usualAheadMs,
  latencyMs: settings.latency,
  now,
  random,
});
const fleet = joinFleet({
  redisUrl,
  names,
  pod,
  pace,
  timeoutMs: graphql.timeout,
  doubtMs: inDoubt === 'reconcile' ? doubtMs : 0,
  retry,
  changed,
  log,
  now,
});
const { reserve, share, pause, ledger } = fleet;
const endpoint = new URL(graphql.endpoint);
const openNow = () =>
  openTarget({
    graphql,
    connections: limit.concurrency,
    names,
    pod,
    readSecret: openSecrets({ env: process.env, readFile: readText }),
    tokenScript: fleet.token,
    aws: async () => (await import('../shared/sqs-sdk.ts')).sdkIdentity(),
    fetch,
    randomBytes,
    log,
    now,
    clock,
    stop,
  }).catch(giveUp);
// Without a connection the first reservation would find none; where there is no Redis, it goes on looking by itself.
const connected = fleet.redis.connect().catch(() => undefined);
const { credential, connections, dispatch } = await connected.then(openNow);
const retention = createRetention(usualRules, clock);
const acknowledge = createAcknowledge(settling, settings.queue, retention.longestHideMs, faults);
const tracing = traced && (await startTracing({ name: 'dispatcher', version, instance }, traced, { log, now }));
const registry = createRegistry({ exemplars: tracing !== undefined });
const observe = createObserve({
  registry,
  target,
  version,
  node: process.version,
  concurrency: limit.concurrency,
  inHand: () => dispatcher.inHand(),
  sharing: () => share?.spending() ?? false,
  redisUp: () => fleet.redis.status === 'ready',
  clock,
});
const settle = createSettle({ ...names, ledger, acknowledge, pause, inDoubt, doubtMs, observe, random, now: clock });
const latency = createLatency();
const codeRules = createCodeRules(graphql.outcomes);
const attempt = createAttempt({
  target,
  timeoutMs: graphql.timeout,
  pause,
  dispatch,
  mutation,
  reconcile,
  makeInput: createMakeInput(graphql.input),
  credential,
  classify: { field: mutation.field, careful: inDoubt !== 'retry', now: clock, codeRules },
  settle,
  observe,
  took(durationMs) {
    book.took(durationMs);
    latency.took(durationMs);
  },
  log,
  now,
});
const claim = createClaim({
  ...names,
  ledger,
  settle,
  hide: acknowledge.hide,
  inDoubt,
  attempts: retry.attempts,
  observe,
  retention,
  trace: createTraceTrip({
    tracer: tracing?.tracer,
    mode: traceProcess,
    target,
    endpoint,
    randomBytes: traceBytes,
    clock,
  }),
  unclaimed: () => share?.spending() ?? false,
  log,
  now,
});
const circuit = createCircuit({
  script: fleet.probe,
  names,
  pod,
  timeoutMs: graphql.timeout,
  reserve,
  ask: createAskPresence({ dispatch, credential, classify: { now: clock, codeRules }, pause, randomBytes: traceBytes }),
  changed,
  log,
});
const capacity = capacityOf(limit.concurrency, spacingMs);
const dispatcher = createDispatcher({
  capacity,
  book,
  claim,
  reserve,
  pause,
  circuit,
  connections,
  attempt,
  settle,
  changed,
  observe,
  log,
  now,
});

fleet.hear(circuit);

const ops = createOps({
  metrics: registry,
  unhealthy: () => undefined,
  unready: () => (stop.aborted ? 'stopping' : undefined),
});
const listening = await listen(ops, opsPort, host).catch(giveUp);
const { concurrency } = limit;
log.info(
  { ops_port: listening, target, spacing_ms: Math.round(spacingMs), concurrency, sqs: settling.client },
  'listening',
);

retention.learn(await readQueueRules(settling, settings.queue.url, faults));
const receive = createReceive(receiving, settings.queue.url, now);
const turnOver = createTurnOver({ receive, retention, settle, hide: acknowledge.hide, observe, log: faults, now });

void whenAborted(stop).then(() => {
  log.info({ signal: String(stop.reason), in_hand: dispatcher.inHand().length }, 'stopping');
  setTimeout(() => process.exit(1), stopMs).unref();
});

await run(
  {
    dispatcher,
    circuit,
    turnOver,
    settle,
    ledger,
    credential,
    hide: acknowledge.hide,
    holdMs: holdMs(graphql.timeout),
    capacity,
    share,
    redis: fleet.redis,
    names,
    latency,
    changed,
    observe,
    log,
    faults,
    now,
  },
  stop,
);
await connections.close();
await tracing?.close();
fleet.leave();
await Promise.all([receiving.close(), settling.close()]);
await close(ops);
log.info({}, 'stopped');

import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describeFaults } from '../shared/config.ts';
import { close, createOps, listen, untilSignal, whenAborted } from '../shared/lifecycle.ts';
import { createLog } from '../shared/log.ts';
import { createRegistry } from '../shared/metrics.ts';
import { createRedis, followServer, tellOutages } from '../shared/redis.ts';
import { requireRegion } from '../shared/region.ts';
import { createReadSecret } from '../shared/secrets.ts';
import { createAcknowledge } from './acknowledge.ts';
import { createDispatcher } from './app.ts';
import { createAttempt } from './attempt.ts';
import { createBook, shortAheadMs, usualAheadMs } from './book.ts';
import { createCircuit } from './circuit.ts';
import { createClaim } from './claim.ts';
import { createCodeRules } from './code-rules.ts';
import { readConfig } from './config.ts';
import { createConnections } from './connection.ts';
import { createCredential } from './credential.ts';
import { createDispatch } from './dispatch.ts';
import { createMakeInput } from './input.ts';
import { createLedger } from './ledger.ts';
import { createLimiter } from './limiter.ts';
import { createObserve } from './observe.ts';
import { createPace } from './pace.ts';
import { createPause, hearFleet } from './pause.ts';
import { createAskPresence } from './presence.ts';
import { createReceive, poll, readQueueRules } from './poll.ts';
import { renewHolds } from './renew.ts';
import { createRetention, createTurnOver } from './retention.ts';
import { loadScripts } from './scripts.ts';
import { createSettle } from './settle.ts';
import { holdShare } from './share.ts';
import { createSqsClient } from './sqs-client.ts';
import { createLatency, tellLatency } from './tell-latency.ts';
import { createBell, holdMs, spareMs } from './timing.ts';

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
const { target, settings, mutation, reconcile, instance, redisUrl, opsPort, host, logLevel } = result.config;
const { graphql, limit, retry } = settings;
const names = { instance, target };
const now = () => performance.now();
const log = createLog('dispatcher', logLevel);
const stop = untilSignal(process);

const credential = await createCredential(
  graphql.auth,
  createReadSecret({ env: process.env, readFile: (path) => readFile(path, 'utf8') }),
).catch(giveUp);

const redis = createRedis(redisUrl);
tellOutages(redis, { url: redisUrl, log, now });
const subscriber = createRedis(redisUrl);
subscriber.on('error', (error: Error) => log.debug({ error: error.name }, 'redis.error'));

// Long polls hold their sockets, so what settles has a client of its own.
const receiving = createSqsClient();
const settling = createSqsClient();
await requireRegion(receiving.config).catch(giveUp);

const scripts = loadScripts(redis);
const changed = createBell();
const pace = createPace(limit, graphql.timeout);
const pod = randomUUID();
const { reserve, share } = createLimiter({ scripts, names, pace, pod, serverId: followServer(redis), now });
const pause = createPause(scripts.pause, names, { now, random: Math.random, onLonger: () => changed.ring() });
const { spacingMs } = pace;
const inDoubt = reconcile === undefined ? (settings.inDoubt === 'deadLetter' ? 'deadLetter' : 'retry') : 'reconcile';
const doubtMs = graphql.timeout + spareMs;
const book = createBook({
  concurrency: limit.concurrency,
  spacingMs,
  aheadMs: pace.maxInFlight > 0 ? shortAheadMs : usualAheadMs,
  latencyMs: settings.latency,
  now,
  random: Math.random,
});
const ledger = createLedger({
  scripts,
  ...names,
  leaseMs: holdMs(graphql.timeout),
  doubtMs: inDoubt === 'reconcile' ? doubtMs : 0,
  retry,
  newOwner: () => randomBytes(9).toString('base64url'),
  random: Math.random,
});
const endpoint = new URL(graphql.endpoint);
const connections = createConnections({ endpoint, connections: limit.concurrency, timeoutMs: graphql.timeout, now });
// Without a connection the first reservation would find none; where there is no Redis, it goes on looking by itself.
const [rules] = await Promise.all([
  readQueueRules(settling, settings.queue.url, log),
  redis.connect().catch(() => undefined),
]);
const retention = createRetention(rules, Date.now);
const acknowledge = createAcknowledge(settling, settings.queue, retention.longestHideMs, log);
const settle = createSettle({
  ledger,
  acknowledge,
  pause,
  ...names,
  inDoubt,
  doubtMs,
  random: Math.random,
  now: Date.now,
});
const registry = createRegistry();
const observe = createObserve(registry, target, Date.now, {
  inHand: () => dispatcher.inHand().length,
  pausedMs: () => pause.leftMs(),
  sharing: () => share?.spending() ?? false,
  circuitOpen: () => circuit.isOpen(),
});
const dispatch = createDispatch(endpoint, connections, graphql.timeout);
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
  classify: { field: mutation.field, careful: inDoubt !== 'retry', now: Date.now, codeRules },
  settle,
  observe,
  took(durationMs) {
    book.took(durationMs);
    latency.took(durationMs);
  },
  log,
  now,
  randomBytes,
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
  unclaimed: () => share?.spending() ?? false,
  log,
});
const circuit = createCircuit({
  script: scripts.probe,
  names,
  pod,
  timeoutMs: graphql.timeout,
  reserve,
  ask: createAskPresence({ dispatch, credential, classify: { now: Date.now, codeRules }, pause, randomBytes }),
  changed,
  log,
});
// Two seconds of the whole fleet's limit: enough to use every slot, and soon worked off by one pod alone. No more than the
// queue can refill in a tenth of a second: what is in hand has to be held, and copied by each collection of garbage.
const capacity = Math.max(limit.concurrency, Math.min(Math.ceil(2_000 / spacingMs), 100));
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

hearFleet(subscriber, names, { pause, circuit });
void subscriber.connect().catch(() => undefined);

const ops = createOps({
  metrics: registry,
  unhealthy: () => undefined,
  unready: () => (stop.aborted ? 'stopping' : undefined),
});
const listening = await listen(ops, opsPort, host).catch(giveUp);
log.info(
  { ops_port: listening, target, spacing_ms: Math.round(spacingMs), concurrency: limit.concurrency },
  'listening',
);

const receive = createReceive(receiving, settings.queue.url, now);
const turnOver = createTurnOver({ receive, retention, settle, hide: acknowledge.hide, observe, log, now });

// Holds are kept, and late completions recorded, until the last call is settled.
const settled = new AbortController();
const background = Promise.all([
  renewHolds(
    { inHand: dispatcher.inHand, ledger, hide: acknowledge.hide, holdMs: holdMs(graphql.timeout), now },
    settled.signal,
  ),
  settle.completeLate(settled.signal),
  circuit.watch(stop),
  turnOver.watch(stop),
  tellLatency({ redis, names, latency }, stop),
  share && holdShare(share, settled.signal),
]);
void whenAborted(stop).then(() => {
  log.info({ signal: String(stop.reason), in_hand: dispatcher.inHand().length }, 'stopping');
  setTimeout(() => process.exit(1), stopMs).unref();
});

const polling = poll(
  {
    receive: turnOver.receive,
    visibilitySeconds: Math.ceil(holdMs(graphql.timeout) / 1_000),
    room: dispatcher.room,
    leastRoom: () => (circuit.isSending() ? 1 : Math.min(10, Math.ceil(capacity / 4))),
    changed,
    look: dispatcher.look,
    take: dispatcher.take,
    log,
  },
  stop,
);
await dispatcher.work(stop);
// The last long poll may still bring messages; nobody calls for them any more.
await polling;
await dispatcher.work(stop);
settled.abort();
await background;
await connections.close();
redis.disconnect();
subscriber.disconnect();
receiving.destroy();
settling.destroy();
await close(ops);
log.info({}, 'stopped');

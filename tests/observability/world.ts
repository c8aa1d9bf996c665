import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { objectivesGroup, ruleGroups, toRulesFile } from '../../observability/all.ts';
import { shortened } from '../../observability/rule.ts';
import { startRedisServer, type RedisServer } from '../conformance/redis-server.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';
import { startTraceReceiver, type TraceReceiver } from './otlp.ts';
import { startPrometheus, type Prometheus } from './prometheus.ts';

/** The whole gateway, watched by a real Prometheus and a receiver of traces. */
export interface World {
  readonly gateway: Gateway;
  readonly redis: RedisServer;
  readonly prometheus: Prometheus;
  readonly collector: TraceReceiver;
  readonly signal: AbortSignal;
  /** Texts that must be in no log, no metric and no span. */
  readonly secrets: readonly string[];
  /** Sends an event with a payload that is a secret; resolves with its status. */
  readonly send: (id: string, type?: string) => Promise<number>;
  /** Events that were accepted so far. */
  readonly accepted: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Until it is true; rejects after `withinMs` with what was waited for. */
  readonly until: (what: string, look: () => Promise<boolean>, withinMs: number) => Promise<void>;
  /** Tells Prometheus of the dispatchers that run now. */
  readonly found: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** All spans of the rules are so many times shorter: an alert that waits for five minutes waits for 15 s. */
export const timesShorter = 20;

/** Asked of this installation: a backlog of 20 s is long, and an event of two minutes old. */
export const objectives = { ageSeconds: 120, drainSeconds: 20 };

export const callsPerSecond = 50;

/** Ten a second while nothing else happens: a fifth of the limit. */
const everyMs = 100;

export async function openWorld(stop: AbortSignal): Promise<World> {
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const died = (sentence: string) => failed.abort(new Error(sentence));
  const folder = await mkdtemp(join(tmpdir(), 'egw-observability-'));
  const secret = `payload-${randomUUID()}`;
  const token = `token-${randomUUID()}`;
  const redis = await startRedisServer(folder, died, signal);
  await redis.configure('maxmemory', '100mb');
  const collector = await startTraceReceiver();
  const gateway = await startGateway({
    calls: callsPerSecond,
    dispatchers: 2,
    latencyMs: 20,
    timeout: '5s',
    redisPort: redis.port,
    graphql: { auth: { bearer: { env: 'TARGET_TOKEN' } } },
    settings: { latency: '100ms' },
    config: { metrics: { sources: ['/observed'] } },
    env: {
      TARGET_TOKEN: token,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER_ARG: '0.2',
      OTEL_BSP_SCHEDULE_DELAY: '500',
    },
  });
  const groups = [objectivesGroup(objectives), ...ruleGroups(shortened(timesShorter))];
  const prometheus = await startPrometheus({ folder, rules: stringify(toRulesFile(groups)), died, signal });
  const portOf = (app: { readonly listening: Readonly<Record<string, unknown>> }) => Number(app.listening['ops_port']);
  const found = () => {
    const running = gateway.dispatchers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    return prometheus.scrape({ receiver: [portOf(gateway.receiver)], dispatcher: running.map(portOf) });
  };
  await found();

  let accepted = 0;
  const send = async (id: string, type = 'order.created'): Promise<number> => {
    const event = { specversion: '1.0', id, source: '/observed', type, data: { secret } };
    const response = await gateway.send(event, { 'content-type': 'application/cloudevents+json' });
    await response.arrayBuffer();
    if (response.status === 202) accepted++;
    return response.status;
  };
  let sent = 0;
  const load = setInterval(() => void send(`steady-${sent++}`).catch(() => undefined), everyMs);

  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return {
    gateway,
    redis,
    prometheus,
    collector,
    signal,
    secrets: [secret, token, gateway.key],
    send,
    accepted: () => accepted,
    wait,
    async until(what, look, withinMs) {
      const deadlineMs = performance.now() + withinMs;
      while (!(await look())) {
        signal.throwIfAborted();
        if (performance.now() > deadlineMs) throw new Error(`${what} did not happen within ${withinMs / 1_000} s`);
        await wait(500);
      }
    },
    found,
    async close() {
      clearInterval(load);
      await prometheus.stop();
      await gateway.close();
      await collector.close();
      await redis.stop();
      await rm(folder, { recursive: true });
    },
  };
}

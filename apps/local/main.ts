import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, listen, untilSignal } from '../shared/lifecycle.ts';
import { sendBurst } from './burst.ts';
import { follow } from './follow.ts';
import { help, parseOptions, type Options } from './options.ts';
import { createParts } from './parts.ts';
import { movers, startPipeline, type Pipeline } from './pipeline.ts';
import { startPrometheus, type Watching } from './prometheus.ts';
import { describeReport, faultsOf, makeReport, noFacts, type Facts } from './report.ts';
import { createScreen, type Screen } from './screen.ts';
import { limit } from './setup.ts';
import { createWatch } from './watch.ts';
import { makeWorkload, readWebhooks } from './workload.ts';

/** Beyond the time that the limit asks for: half of it again, and a minute for a slow start. */
const drainFactor = 1.5;
const drainMarginMs = 60_000;

/** Past what the slowest look at a local admin port takes. */
const lookWithinMs = 5_000;

// Its zero is the start of this process, so it tells how long somebody has been waiting.
const now = () => performance.now();

function say(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Told before anything is started, as nothing can be done about it later. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, port, '127.0.0.1');
    return true;
  } catch {
    return false;
  } finally {
    await close(server);
  }
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(lookWithinMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function curlOf({ receiverUrl, key }: Pipeline): string {
  const event = `'{"id":"my-first","type":"order.created","amount":"12.50"}'`;
  return `curl ${receiverUrl}/events -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d ${event}`;
}

interface Run {
  readonly options: Options;
  readonly pipeline: Pipeline;
  readonly screen: Screen;
  /** Stops what moves events, so that they can be counted. */
  readonly stopMovers: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Sends the burst, follows it to its end, and counts. */
async function takeBurst({ options, pipeline, screen, stopMovers, signal }: Run): Promise<Facts> {
  const { events, ends } = options;
  const ids = new Set<string>();
  const acknowledgedMs: number[] = [];
  const refusals: string[] = [];
  let firstDeliveryMs: number | undefined;
  let settledMs: number | undefined;
  let sent = false;
  const watch = createWatch({
    queues: pipeline.queues,
    get: (path) => get(pipeline.adminUrl + path),
    sent: (id) => ids.has(id),
    now,
  });
  const workload = makeWorkload(events, readWebhooks(), () => {
    const id = randomUUID();
    ids.add(id);
    return id;
  });
  const sending = new AbortController();
  const startedMs = now();
  const burst = sendBurst({
    receiverUrl: pipeline.receiverUrl,
    key: pipeline.key,
    events: workload,
    accepted: (id, ms) => {
      acknowledgedMs.push(ms);
      watch.accepted(id);
    },
    refused: (_, why) => {
      if (refusals.length === 0) screen.print(`The receiver did not take an event: ${why}`);
      refusals.push(why);
    },
    now,
    signal: AbortSignal.any([signal, sending.signal]),
  }).finally(() => (sent = true));
  // Awaited once the rest is over; until then a fault waits too.
  burst.catch(() => undefined);
  try {
    const followed = await follow({
      watch,
      screen,
      events,
      sent: () => sent,
      settled: () => {
        settledMs = now();
        if (ends) return false;
        screen.print(
          '',
          'All are settled. Send one of your own (again, and it is still delivered once); Ctrl-C ends it:',
        );
        screen.print(curlOf(pipeline), '');
        return true;
      },
      firstDelivered: () => (firstDeliveryMs = now()),
      deadlineMs: ends ? startedMs + (events / limit.calls) * limit.perMs * drainFactor + drainMarginMs : Infinity,
      now,
      signal,
    });
    sending.abort();
    await burst;
    settledMs ??= now();
    screen.rest();
    await stopMovers();
    const { sample } = await watch.look();
    return {
      sample,
      acknowledgedMs,
      firstDeliveryMs,
      elapsedMs: settledMs - startedMs,
      refused: refusals.length,
      timedOut: followed === 'timedOut',
    };
  } finally {
    sending.abort();
    await burst.catch(() => undefined);
  }
}

async function run(options: Options): Promise<void> {
  const stop = untilSignal(process);
  const out = options.json ? process.stderr : process.stdout;
  const { CI, NO_COLOR, TERM } = process.env;
  const screen = createScreen({
    write: (text) => out.write(text),
    columns: () => out.columns || 80,
    live: out.isTTY && !CI && TERM !== 'dumb',
    colour: out.isTTY && !NO_COLOR,
    now,
  });
  // Whatever ends this process: a terminal without its cursor is a nuisance.
  process.on('exit', () => screen.rest());
  stop.addEventListener('abort', () => screen.rest());
  if (!(await isFree(options.port))) {
    const other = options.port === 65_535 ? 8_080 : options.port + 1;
    say(`Port ${options.port} is in use: choose another one, as in PORT=${other} npm start`);
    return;
  }

  const folder = await mkdtemp(join(tmpdir(), 'event-gateway-'));
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  const parts = createParts({ folder, died: (sentence) => failed.abort(sentence), signal });
  let pipeline: Pipeline | undefined;
  let watching: Watching | undefined;
  let facts: Facts = noFacts;
  let fault: unknown;
  try {
    screen.print(`Event Gateway: ${options.events} events to an API that takes ${limit.calls} calls a second`, '');
    pipeline = await startPipeline({ options, env: process.env, folder, start: parts.start, randomBytes });
    const { opsPorts: ports } = pipeline;
    const { PATH: path } = process.env;
    if (options.observe) watching = await startPrometheus({ folder, ports, path, signal });
    screen.print(...[...pipeline.places, ...(watching?.places ?? [])].map((line) => `  ${line}`), '');
    facts = await takeBurst({ options, pipeline, screen, stopMovers: () => parts.stop(movers), signal });
  } catch (error) {
    // Who is asked to stop while starting has nothing to complain about.
    if (!stop.aborted || failed.signal.aborted) fault = error;
  }
  if (failed.signal.aborted) fault = failed.signal.reason;
  screen.rest();
  await parts.stop(movers);
  await watching?.stop();
  await pipeline?.close();
  await parts.stop();

  if (fault !== undefined) {
    say(fault);
    say(`Everything is stopped; the logs are in ${folder}`);
    return;
  }
  const report = makeReport(facts);
  const faults = faultsOf(facts, report);
  const { waiting, inHand } = facts.sample;
  screen.print('', ...describeReport(report, waiting + inHand), ...faults);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
  await rm(folder, { recursive: true, force: true });
}

const parsed = parseOptions(process.argv.slice(2), process.env);
if (parsed.kind === 'help') process.stdout.write(help);
else if (parsed.kind === 'fault') say(parsed.sentence);
else await run(parsed.options).catch(say);

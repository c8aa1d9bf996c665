import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { untilSignal } from '../shared/lifecycle.ts';
import { send, type Burst } from './burst.ts';
import { help, parseOptions, type Options } from './options.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { faultOf, makeReport, type Report } from './report.ts';
import { createScreen } from './screen.ts';
import { limit } from './setup.ts';
import { createPaint, render, renderLine, renderReport, type Snapshot } from './view.ts';
import { createWatch, type Watch } from './watch.ts';
import { workload } from './workload.ts';

const parsed = parseOptions(process.argv.slice(2));
if (parsed.kind === 'help') {
  process.stdout.write(help);
  process.exit(0);
}
if (parsed.kind === 'fault') {
  process.stderr.write(`${parsed.message}\n`);
  process.exit(1);
}
const { options } = parsed;
const out = options.json ? process.stderr : process.stdout;
const live = out.isTTY && process.env['CI'] === undefined;
const paint = createPaint(live && process.env['NO_COLOR'] === undefined);
const say = (text: string) => out.write(`${text}\n`);
const stop = untilSignal(process);

/** A part that failed ends the run; its words are told at the end, below everything else. */
const failed = new AbortController();
const ended = AbortSignal.any([stop, failed.signal]);

const port = Number(process.env['PORT'] ?? 8_080);
const portFault = await faultOfPort(port);
if (portFault !== undefined) {
  process.stderr.write(`${portFault}\n`);
  process.exit(1);
}
say(`\n  ${paint('bold', 'Event Gateway')}  ${paint('dim', 'starting…')}`);
const aws = Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith('AWS_'));
const pipeline = await startPipeline({
  port,
  sqsUrl: process.env['AWS_ENDPOINT_URL_SQS'],
  redisUrl: process.env['REDIS_URL'],
  aws: Object.fromEntries(aws),
  path: process.env['PATH'] ?? '',
  onFailed: (failure) => failed.abort(failure),
}).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
for (const [name, place] of pipeline.places) say(`  ${paint('dim', name.padEnd(12))}${place}`);

const { report, complete } = await run(pipeline, options);
if (!options.ends && !ended.aborted) await stayUp(pipeline);
const fault = failed.signal.aborted ? String(failed.signal.reason) : faultOf(report, complete);
say(renderReport(report, fault, paint));
await pipeline.stop(fault !== undefined);
if (fault !== undefined) process.stderr.write(`${fault}\nLogs are in ${pipeline.folder}\n`);
if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(fault === undefined ? 0 : 1);

/** Sends the burst and watches until all of it is settled, time is over, or somebody ends it. */
async function run({ url, key, adminUrl, queues }: Pipeline, { events, ends }: Options) {
  const watch = createWatch(adminUrl, queues);
  const burst: Burst = { accepted: 0, refused: 0, acknowledgedMs: [] };
  const screen = createScreen(out);
  const startedMs = performance.now();
  const sent = send(workload(events, randomUUID), url, key, burst, ended);
  const sending = new Set([sent]);
  void sent.then(() => sending.clear());
  const deadlineMs = startedMs + ((events * limit.perMs) / limit.calls) * 1.5 + 60_000;
  let firstDeliveryMs: number | undefined;
  let saidMs = Number.NEGATIVE_INFINITY;
  let seen: Watch;
  for (;;) {
    seen = await watch.look();
    if (seen.target.effects > 0) firstDeliveryMs ??= performance.now();
    const snapshot = toSnapshot(events, burst, seen, (performance.now() - startedMs) / 1_000);
    if (live) screen.draw(render(snapshot, out.columns, paint));
    else if (performance.now() - saidMs > 5_000) {
      saidMs = performance.now();
      say(`  ${renderLine(snapshot)}`);
    }
    const settled = sending.size === 0 && seen.target.effects + seen.deadLetters >= burst.accepted && seen.queued === 0;
    if (settled || ended.aborted || (ends && performance.now() > deadlineMs)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  screen.end();
  await sent;
  if (burst.refused > 0) say(`  ${burst.refused} events were refused by the receiver`);
  const figures = {
    accepted: burst.accepted,
    target: seen.target,
    deadLetters: seen.deadLetters,
    queued: seen.queued,
    acknowledgedMs: burst.acknowledgedMs,
    firstDeliveryMs,
    seconds: (performance.now() - startedMs) / 1_000,
  };
  const final: Report = makeReport(figures);
  return { report: final, complete: !stop.aborted };
}

/** Waits for events of the user's own, and shows each as it is delivered. */
async function stayUp({ url, key, adminUrl, queues }: Pipeline): Promise<void> {
  const watch = createWatch(adminUrl, queues);
  say(`  Send one of your own (Ctrl-C ends this):\n`);
  say(
    `  curl ${url}/events -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '{"id":"my-1","hello":"world"}'\n`,
  );
  let after = 0;
  const next = async () => {
    const page = await watch.effects(after);
    after = page.at(-1)?.seq ?? after;
    return page;
  };
  while ((await next()).length > 0);
  while (!ended.aborted) {
    for (const { id, type } of await next()) say(`  ${paint('green', '✔')} delivered ${id} ${paint('dim', type)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function toSnapshot(
  events: number,
  burst: Burst,
  { target, queued, deadLetters }: Watch,
  elapsedSeconds: number,
): Snapshot {
  return {
    events,
    accepted: burst.accepted,
    delivered: target.effects,
    duplicates: target.duplicates,
    deadLetters,
    queued,
    callsInLastSecond: target.in_last_window,
    limit: target.limit,
    worstSecond: target.worst_window,
    elapsedSeconds,
  };
}

/** Asked before anything is started, so that the most likely mistake is told in one sentence, at once. */
async function faultOfPort(wanted: number): Promise<string | undefined> {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535)
    return `PORT is ${wanted}: give a number from 0 to 65535`;
  const server = createServer();
  const fault = await new Promise<string | undefined>((resolve) => {
    server.once('error', () =>
      resolve(`Port ${wanted} is in use: run "PORT=${wanted + 1} npm start", or stop what listens there`),
    );
    server.listen(wanted, '127.0.0.1', () => resolve(undefined));
  });
  await new Promise((resolve) => server.close(resolve));
  return fault;
}

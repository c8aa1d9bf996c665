import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { readRedisVersion } from '../redis-server.ts';
import { repository } from '../tree.ts';
import { checkGuard, removals } from './guards.ts';
import { readOptions, usage, type Options } from './options.ts';
import { renderPage } from './page.ts';
import { playRow } from './play-row.ts';
import { measurePeer, peerPlans } from './peer-runs.ts';
import { ours, type DeliveryReport, type Guard, type RowRun } from './report.ts';
import { playWalk, walkRow } from './walk.ts';
import type { Row } from './row.ts';
import { rows } from './rows/all.ts';
import { heading, tableLines } from './table.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** What could not be run to its end is no proof of anything. */
export function unplayed({ number, name, fault }: Row, seed: number, error: unknown): RowRun {
  const why = error instanceof Error ? error.message : String(error);
  return {
    number,
    row: name,
    fault,
    system: ours,
    seed,
    injections: 0,
    sent: 0,
    accepted: 0,
    unknown: 0,
    recovered: 0,
    delivered: 0,
    dead: 0,
    deadByClass: {},
    left: 0,
    lost: 0,
    unexpected: 0,
    duplicated: 0,
    deliveredAndDead: 0,
    calls: 0,
    callsTwice: 0,
    mostReceives: 0,
    seconds: 0,
    verdict: 'unplayed',
    bounds: [{ name: 'played to its end', figure: null, bound: why, ok: false }],
    steps: [],
  };
}

async function walkAll({ seed, runs: count }: Options, signal: AbortSignal): Promise<RowRun[]> {
  const runs: RowRun[] = [];
  say(heading);
  for (let next = seed; next < seed + count; next++) {
    const run = await playWalk(next, signal).catch((error: unknown) => unplayed(walkRow(next), next, error));
    signal.throwIfAborted();
    runs.push(run);
    for (const line of tableLines(run)) say(line);
  }
  return runs;
}

async function measureAll({ short, only, seed }: Options, signal: AbortSignal) {
  const wanted = (name: string) => only?.has(name) ?? true;
  const runs: RowRun[] = [];
  const tell = (run: RowRun) => {
    runs.push(run);
    for (const line of tableLines(run)) say(line);
  };
  say(heading);
  for (const row of rows) {
    if (!wanted(row.name) && !wanted(String(row.number))) continue;
    const size = short ? (row.short ?? (only === undefined ? undefined : row.whole)) : row.whole;
    if (size === undefined) continue;
    const run = await playRow(row, { size, seed, signal }).catch((error: unknown) => unplayed(row, seed, error));
    signal.throwIfAborted();
    tell(run);
  }
  for (const plan of short && only === undefined ? [] : peerPlans) {
    if (!wanted(`${plan.row.name}/${plan.peer.name}`)) continue;
    const run = await measurePeer(plan, seed, signal).catch((error: unknown) => unplayed(plan.row, seed, error));
    signal.throwIfAborted();
    tell({ ...run, system: plan.peer.name, verdict: run.verdict === 'unplayed' ? 'unplayed' : 'peer' });
  }
  const guards: Guard[] = [];
  for (const removal of removals.filter(({ guard }) =>
    short ? only?.has(`guard/${guard}`) : wanted(`guard/${guard}`),
  )) {
    const guard = await checkGuard(removal, signal);
    guards.push(guard);
    say(`without ${guard.guard}: ${guard.row} ${guard.red ? 'turns red' : 'STAYS GREEN'} (${guard.figure})`);
  }
  return { runs, guards };
}

async function prove(options: Options, signal: AbortSignal): Promise<boolean> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { version } = JSON.parse(await readFile(resolve(repository, 'package.json'), 'utf8')) as { version: string };
  const { runs, guards } =
    options.runs > 0 ? { runs: await walkAll(options, signal), guards: [] } : await measureAll(options, signal);
  const own = runs.filter(({ system }) => system === ours);
  const held = own.filter(({ verdict }) => verdict === 'held').length;
  const red = guards.filter((guard) => guard.red).length;
  const passed = own.length + guards.length > 0 && held === own.length && red === guards.length;
  const report: DeliveryReport = {
    version,
    startedAt,
    machine: { cores: availableParallelism(), node: process.versions.node, redis: await readRedisVersion() },
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    runs,
    guards,
    passed,
  };
  if (options.jsonFile !== undefined) await writeFile(options.jsonFile, `${JSON.stringify(report, null, 1)}\n`);
  if (options.pageFile !== undefined) await writeFile(options.pageFile, renderPage(report));
  const count = held + red;
  say(`${count} passed, ${own.length + guards.length - count} failed`);
  return passed;
}

/** Measures that nothing is lost and nothing doubled, and how others do beside us; resolves with the exit code. */
export async function proveDelivery(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args);
  if (read.ok) return (await prove(read.options, signal)) ? 0 : 1;
  process.stderr.write(`${read.fault}\n${usage}`);
  return 2;
}

import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { checkGuard, removals } from './guards.ts';
import { readOptions, usage, type Options } from './options.ts';
import { renderPage } from './page.ts';
import { measurePeer, peerPlans } from './peer-runs.ts';
import { ours, play } from './play.ts';
import { readRedisVersion } from './redis-server.ts';
import type { Guard, Report, Run } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { heading, tableLines } from './table.ts';

const root = resolve(import.meta.dirname, '../..');
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** What could not be run to its end is no proof of anything. */
function unplayed({ name, limit }: Scenario, error: unknown): Run {
  const [window = { calls: 0, perMs: 0 }] = limit.windows;
  const why = error instanceof Error ? error.message : String(error);
  return {
    scenario: name,
    system: ours,
    windows: limit.windows,
    arrivalsMs: [],
    worst: { calls: 0, atMs: 0, window },
    ratio: 0,
    utilisation: null,
    roundTripsPerCall: null,
    marks: [],
    clock: 'kernel',
    verdict: 'unjudged',
    bounds: [{ name: 'measurement', figure: null, bound: why, ok: false }],
    tries: 1,
  };
}

async function measureAll({ short, only }: Options, signal: AbortSignal) {
  const wanted = (name: string) => only?.has(name) ?? true;
  const runs: Run[] = [];
  const tell = (run: Run) => {
    runs.push(run);
    for (const line of tableLines(run)) say(line);
  };
  const chosen = scenarios.filter(
    ({ name, shortPlayMs }) => wanted(name) && (!short || only !== undefined || shortPlayMs !== undefined),
  );
  const plans = peerPlans(short).filter(({ peer, pattern }) => wanted(`${pattern.scenario}/${peer}`));
  say(heading);
  for (const scenario of chosen) {
    const run = await play(scenario, { short, root, signal }).catch((error: unknown) => unplayed(scenario, error));
    signal.throwIfAborted();
    tell(run);
  }
  for (const plan of plans) tell(await measurePeer(plan, signal));
  const guards: Guard[] = [];
  for (const removal of removals.filter(({ guard }) =>
    short ? only?.has(`guard/${guard}`) : wanted(`guard/${guard}`),
  )) {
    const guard = await checkGuard(removal, signal);
    guards.push(guard);
    say(`without ${guard.guard}: ${guard.scenario} ${guard.red ? 'turns red' : 'STAYS GREEN'} (${guard.figure})`);
  }
  return { runs, guards };
}

async function prove(options: Options, signal: AbortSignal): Promise<boolean> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { version } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as { version: string };
  const { runs, guards } = await measureAll(options, signal);
  const own = runs.filter(({ system }) => system === ours);
  const held = own.filter(({ verdict }) => verdict === 'held').length;
  const isMeasured = runs.every(({ verdict }) => verdict !== 'unjudged');
  const passed = runs.length + guards.length > 0 && isMeasured && held === own.length && guards.every(({ red }) => red);
  const report: Report = {
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
  const red = guards.filter((guard) => guard.red).length;
  const count = held + red;
  say(`${count} passed, ${own.length + guards.length - count} failed`);
  return passed;
}

/** Measures that the limit holds, and how others do beside us; resolves with the exit code. */
export async function proveLimit(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args);
  if (read.ok) return (await prove(read.options, signal)) ? 0 : 1;
  process.stderr.write(`${read.fault}\n${usage}`);
  return 2;
}

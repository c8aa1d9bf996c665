import { checkGuard, removals } from './guards.ts';
import { isGuardWanted, isWanted, readOptions, type Options } from './options.ts';
import { renderPage } from './page.ts';
import { measurePeer, peerPlans } from './peer-runs.ts';
import { play } from './play.ts';
import { ours, prove, type Guard } from './proof.ts';
import type { Run } from './report.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { heading, tableLines } from './table.ts';
import { repository } from './tree.ts';

export const limitUsage = `Usage: npm run conformance -- limit [--short] [--json FILE] [--page FILE] [--only NAME,NAME]
  --short   a chosen part of it, in three minutes
  --json    writes the report
  --page    writes a page that shows every call
  --only    these scenarios alone; a peer is SCENARIO/PEER, a guard is guard/NAME
`;

function unjudged({ name, limit }: Scenario, error: unknown): Run {
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

async function* playAll(options: Options, signal: AbortSignal): AsyncGenerator<Run> {
  const { short, only } = options;
  for (const scenario of scenarios) {
    const isLeftOut = short && only === undefined && scenario.shortPlayMs === undefined;
    if (isLeftOut || !isWanted(scenario.name, options)) continue;
    const run = await play(scenario, { short, root: repository, signal }).catch((error: unknown) =>
      unjudged(scenario, error),
    );
    signal.throwIfAborted();
    yield run;
  }
  for (const plan of peerPlans(short))
    if (isWanted(`${plan.pattern.scenario}/${plan.peer}`, options)) yield await measurePeer(plan, signal);
}

async function* checkGuards(options: Options, signal: AbortSignal): AsyncGenerator<Guard> {
  for (const removal of removals) if (isGuardWanted(removal.guard, options)) yield await checkGuard(removal, signal);
}

/** Measures that the limit holds, and how others do beside us; resolves with the exit code. */
export async function proveLimit(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args, ['only']);
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${limitUsage}`);
    return 2;
  }
  const { options } = read;
  const runs = playAll(options, signal);
  const guards = checkGuards(options, signal);
  return (await prove({ heading, tableLines, renderPage, runs, guards }, options)) ? 0 : 1;
}

import { isGuardWanted, isWanted, readOptions, type Options } from '../options.ts';
import { ours, prove, type Guard } from '../proof.ts';
import { checkGuard, removals } from './guards.ts';
import { renderPage } from './page.ts';
import { measurePeer, peerPlans } from './peer-runs.ts';
import { playRow } from './play-row.ts';
import type { RowRun } from './report.ts';
import type { Row } from './row.ts';
import { rows } from './rows/all.ts';
import { heading, tableLines } from './table.ts';
import { playWalk, walkRow } from './walk.ts';

export const deliveryUsage = `Usage: npm run conformance -- delivery [--short] [--json FILE] [--page FILE] [--row N,N] [--seed N] [--runs N]
  --short   a tenth of each fault, in six minutes
  --json    writes the report
  --page    writes a page
  --row     these rows alone, by number or name; a peer is ROW/PEER, a guard is guard/NAME
  --seed    of the choices that chance makes; 1 if not said
  --runs    so many random schedules of faults, from the seed on, in place of the matrix
`;

function unjudged({ number, name, fault }: Row, seed: number, error: unknown): RowRun {
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
    verdict: 'unjudged',
    bounds: [{ name: 'played to its end', figure: null, bound: why, ok: false }],
    steps: [],
  };
}

async function* walkAll({ seed, runs }: Options, signal: AbortSignal): AsyncGenerator<RowRun> {
  for (let next = seed; next < seed + runs; next++) {
    const run = await playWalk(next, signal).catch((error: unknown) => unjudged(walkRow(next), next, error));
    signal.throwIfAborted();
    yield run;
  }
}

async function* playAll(options: Options, signal: AbortSignal): AsyncGenerator<RowRun> {
  const { short, only, seed } = options;
  for (const row of rows) {
    if (!isWanted(row.name, options) && !isWanted(String(row.number), options)) continue;
    const size = short ? (row.short ?? (only === undefined ? undefined : row.whole)) : row.whole;
    if (size === undefined) continue;
    const run = await playRow(row, { size, seed, signal }).catch((error: unknown) => unjudged(row, seed, error));
    signal.throwIfAborted();
    yield run;
  }
  if (short && only === undefined) return;
  for (const plan of peerPlans) {
    if (!isWanted(`${plan.row.name}/${plan.peer.name}`, options)) continue;
    const run = await measurePeer(plan, seed, signal).catch((error: unknown) => unjudged(plan.row, seed, error));
    signal.throwIfAborted();
    yield { ...run, system: plan.peer.name };
  }
}

async function* checkGuards(options: Options, signal: AbortSignal): AsyncGenerator<Guard> {
  if (options.runs > 0) return;
  for (const removal of removals) if (isGuardWanted(removal.guard, options)) yield await checkGuard(removal, signal);
}

/** Measures that nothing is lost and nothing doubled, and how others do beside us; resolves with the exit code. */
export async function proveDelivery(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args, ['row', 'seed', 'runs']);
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${deliveryUsage}`);
    return 2;
  }
  const { options } = read;
  const runs = options.runs > 0 ? walkAll(options, signal) : playAll(options, signal);
  const guards = checkGuards(options, signal);
  return (await prove({ heading, tableLines, renderPage, runs, guards }, options)) ? 0 : 1;
}

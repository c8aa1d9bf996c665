import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Options } from './options.ts';
import { readRedisVersion } from './redis-server.ts';
import { repository } from './tree.ts';

/** The system that is proven; all others are peers. */
export const ours = 'Event Gateway';

/** One thing that a run was held to. */
export interface Bound {
  readonly name: string;
  /** What was measured; null where nothing could be. */
  readonly figure: number | null;
  /** What was asked, in words. */
  readonly bound: string;
  readonly ok: boolean;
}

/** What every run tells, whatever it measured. What could not be measured to its end is unjudged, and proves nothing. */
export interface Judged {
  readonly system: string;
  readonly verdict: 'held' | 'broken' | 'unjudged' | 'peer';
  readonly bounds: readonly Bound[];
}

export function atMost(name: string, figure: number, most: number): Bound {
  return { name, figure, bound: `≤ ${most}`, ok: figure <= most };
}

export function atLeast(name: string, figure: number, least: number): Bound {
  return { name, figure, bound: `≥ ${least}`, ok: figure >= least };
}

/** What happened without one of the guards. */
export interface Guard {
  readonly guard: string;
  /** The scenario or row that must notice. */
  readonly noticedBy: string;
  /** Whether it did. */
  readonly red: boolean;
  readonly figure: string;
}

export interface Report<R extends Judged> {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: { readonly cores: number; readonly node: string; readonly redis: string };
  readonly seconds: number;
  readonly runs: readonly R[];
  readonly guards: readonly Guard[];
  readonly passed: boolean;
}

export interface Proof<R extends Judged> {
  readonly heading: string;
  /** One line a run, and one more for each bound that it broke. */
  readonly tableLines: (run: R) => readonly string[];
  readonly renderPage: (report: Report<R>) => string;
  readonly runs: AsyncIterable<R>;
  /** What is taken out to see that it is noticed; nothing where it is left out. */
  readonly guards?: AsyncIterable<Guard>;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Measures, tells each thing when it is known, and writes what was asked for; resolves with whether all of it held. */
export async function prove<R extends Judged>(proof: Proof<R>, { jsonFile, pageFile }: Options): Promise<boolean> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { version } = JSON.parse(await readFile(resolve(repository, 'package.json'), 'utf8')) as { version: string };
  const runs: R[] = [];
  const guards: Guard[] = [];
  say(proof.heading);
  for await (const run of proof.runs) {
    runs.push(run);
    for (const line of proof.tableLines(run)) say(line);
  }
  for await (const guard of proof.guards ?? []) {
    guards.push(guard);
    const turns = guard.red ? 'turns red' : 'STAYS GREEN';
    say(`without ${guard.guard}: ${guard.noticedBy} ${turns} (${guard.figure})`);
  }
  const held = runs.filter(({ verdict }) => verdict === 'held').length + guards.filter(({ red }) => red).length;
  // A peer is held to nothing, but must have been measured.
  const asked = runs.filter(({ verdict }) => verdict !== 'peer').length + guards.length;
  const passed = asked > 0 && held === asked;
  const report: Report<R> = {
    version,
    startedAt,
    machine: { cores: availableParallelism(), node: process.versions.node, redis: await readRedisVersion() },
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    runs,
    guards,
    passed,
  };
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(report, null, 1)}\n`);
  if (pageFile !== undefined) await writeFile(pageFile, proof.renderPage(report));
  say(`${held} passed, ${asked - held} failed`);
  return passed;
}

/** Those that were not met, a line each. */
export function brokenBounds({ bounds }: Pick<Judged, 'bounds'>): readonly string[] {
  return bounds.filter(({ ok }) => !ok).map(({ name, figure, bound }) => `${name}: ${figure ?? '–'}, asked: ${bound}`);
}

/** What the run without it says of a guard. */
export function judgeGuard(guard: string, noticedBy: string, run: Judged): Guard {
  const broken = brokenBounds(run);
  const figure = broken.length === 0 ? 'nothing was broken' : broken.join('; ');
  return { guard, noticedBy, red: run.verdict === 'broken', figure };
}

/** `npm run test:hostile`: the whole gateway under attack, group by group. */
import { isGuardWanted, isWanted, readOptions, type Options } from '../conformance/options.ts';
import { atLeast, atMost, brokenBounds, judgeGuard, prove, type Guard } from '../conformance/proof.ts';
import { readRedisVersion } from '../conformance/redis-server.ts';
import { runToEnd } from '../conformance/run-to-end.ts';
import { repository, withEdits } from '../conformance/tree.ts';
import { judge, type ObservedRun } from '../observability/runs.ts';
import { boundsOf, measureMemory, mostMemory, playGroup, type Played } from './group.ts';
import { groups } from './groups/all.ts';
import { removals, type Removal } from './guards.ts';
import { renderPage } from './page.ts';
import { warmUp } from './warm-up.ts';
import { openWorld } from './world.ts';

const usage = `Usage: npm run test:hostile [-- --short] [--json FILE] [--page FILE] [--only NAME,NAME] [--seed N]
  --short   every group, with fewer inputs; no guard is taken out
  --json    writes the report
  --page    writes a page of it
  --only    of: ${groups.map(({ name }) => name).join(', ')};
            a guard as guard/NAME: ${removals.map(({ guard }) => guard).join(', ')}
  --seed    of what is generated; a run tells by which one of its inputs is made again

Needs redis-server. Attacks this machine alone, over its loopback.
`;

/** Of all groups together. */
const leastInputs = { whole: 100_000, short: 5_000 };

function tableLines(run: ObservedRun): readonly string[] {
  const { name, verdict, seconds, figures } = run;
  const told = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  return [
    `${name.padEnd(14)} ${verdict.padEnd(9)} ${String(seconds).padStart(4)} s  ${told.join(' · ')}`,
    ...brokenBounds(run).map((bound) => `  ${bound}`),
  ];
}

async function* playAll(options: Options, signal: AbortSignal): AsyncGenerator<ObservedRun> {
  if (!groups.some(({ name }) => isWanted(name, options))) return;
  const world = await openWorld(signal, repository);
  const played: Played[] = [];
  try {
    await warmUp(world, signal);
    const before = await measureMemory(world);
    for (const group of groups) {
      if (!isWanted(group.name, options)) continue;
      signal.throwIfAborted();
      const plan = { inputs: options.short ? group.inputs.short : group.inputs.whole, seed: options.seed, signal };
      yield await judge(group.name, group.does, async () => {
        const findings = await playGroup(group, world, plan, before);
        played.push(findings);
        return findings;
      });
    }
  } finally {
    await world.close();
  }
  if (options.only !== undefined) return;
  yield await judge('all', 'all groups together', () => {
    const inputs = played.reduce((sum, each) => sum + each.inputs, 0);
    const memory = played.at(-1)?.memory ?? Infinity;
    const bounds = [
      atLeast('hostile inputs', inputs, options.short ? leastInputs.short : leastInputs.whole),
      ...boundsOf(played.flatMap(({ faults }) => faults)),
      atMost('memory after ÷ before', memory, mostMemory),
    ];
    const lines = world.apps.reduce((sum, app) => sum + app.lines(), 0);
    return Promise.resolve({ bounds, figures: { inputs, memory, 'log lines': lines } });
  });
}

/** Plays, without a guard, the group that must notice. */
async function takeOut({ guard, noticedBy, edit }: Removal, seed: number, signal: AbortSignal): Promise<Guard> {
  const group = groups.find(({ name }) => name === noticedBy);
  if (group === undefined) throw new Error(`There is no group ${noticedBy}`);
  const run = await withEdits([edit], async (root) => {
    const world = await openWorld(signal, root);
    try {
      await warmUp(world, signal);
      const before = await measureMemory(world);
      const plan = { inputs: group.inputs.short, seed, signal };
      return await judge(group.name, group.does, () => playGroup(group, world, plan, before));
    } finally {
      await world.close();
    }
  });
  return judgeGuard(guard, noticedBy, run);
}

async function* takeOutGuards(options: Options, signal: AbortSignal): AsyncGenerator<Guard> {
  for (const removal of removals) {
    if (!isGuardWanted(removal.guard, options)) continue;
    signal.throwIfAborted();
    yield await takeOut(removal, options.seed, signal);
  }
}

async function proveHostile(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args, ['only', 'seed']);
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${usage}`);
    return 2;
  }
  const names = new Set([...groups.map(({ name }) => name), ...removals.map(({ guard }) => `guard/${guard}`)]);
  const unknown = [...(read.options.only ?? [])].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no group ${unknown.join(', ')}.\n${usage}`);
    return 2;
  }
  const installed = await readRedisVersion().catch(() => undefined);
  if (installed === undefined) {
    process.stderr.write('redis-server is missing: apt install redis-server\n');
    return 2;
  }
  const heading = 'what           verdict   time    figures';
  const runs = playAll(read.options, signal);
  const guards = takeOutGuards(read.options, signal);
  return (await prove({ heading, tableLines, renderPage, runs, guards }, read.options)) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(usage);
} else {
  await runToEnd((signal) => proveHostile(args, signal));
}

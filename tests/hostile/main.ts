/** `npm run test:hostile`: the whole gateway under attack, group by group. */
import { isWanted, readOptions, type Options } from '../conformance/options.ts';
import { atLeast, atMost, brokenBounds, prove } from '../conformance/proof.ts';
import { readRedisVersion } from '../conformance/redis-server.ts';
import { runToEnd } from '../conformance/run-to-end.ts';
import { judge, type ObservedRun } from '../observability/runs.ts';
import { boundsOf, measureMemory, mostMemory, playGroup, type Played } from './group.ts';
import { groups } from './groups/all.ts';
import { renderPage } from './page.ts';
import { warmUp } from './warm-up.ts';
import { openWorld } from './world.ts';

const usage = `Usage: npm run test:hostile [-- --short] [--json FILE] [--page FILE] [--only NAME,NAME] [--seed N]
  --short   every group, with fewer inputs
  --json    writes the report
  --page    writes a page of it
  --only    of: ${groups.map(({ name }) => name).join(', ')}
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
  const world = await openWorld(signal);
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

async function proveHostile(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args, ['only', 'seed']);
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${usage}`);
    return 2;
  }
  const unknown = [...(read.options.only ?? [])].filter((name) => !groups.some((group) => group.name === name));
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
  return (await prove({ heading, tableLines, renderPage, runs }, read.options)) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(usage);
} else {
  await runToEnd((signal) => proveHostile(args, signal));
}

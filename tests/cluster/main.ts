/** `npm run test:cluster`: the chart and the images on the Kubernetes of the current context. */
import { isWanted, readOptions, type Options } from '../conformance/options.ts';
import { brokenBounds, ours, prove } from '../conformance/proof.ts';
import { runToEnd } from '../conformance/run-to-end.ts';
import { renderPage } from './page.ts';
import { scenarios } from './scenarios/all.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';
import { openWorld, type World } from './world.ts';

const usage = `Usage: npm run test:cluster [-- --short] [--json FILE] [--page FILE] [--only NAME,NAME]
  --short   fewer events, and without the scenarios that take longest
  --json    writes the report
  --page    writes a page, with pods and depth drawn
  --only    these scenarios alone: ${scenarios.map(({ name }) => name).join(', ')}

On the Kubernetes of the current context, with KEDA, in the namespaces egw-test and egw-test-neighbours, which it makes and
removes. The images event-gateway-receiver:test, event-gateway-dispatcher:test and event-gateway-target:test must be there.
Only checked by the API server, as not every such cluster has parts for them: NetworkPolicies, the CPU autoscaler, Prometheus'
own resources.
`;

/** The longest has two minutes of load, and waits for pods around it. */
const scenarioWithinMs = 420_000;

function tableLines(run: ScenarioRun): readonly string[] {
  const { scenario, verdict, seconds, figures } = run;
  const told = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  return [
    `${scenario.padEnd(14)} ${verdict.padEnd(9)} ${String(seconds).padStart(4)} s  ${told.join(' · ')}`,
    ...brokenBounds(run).map((bound) => `  ${bound}`),
  ];
}

async function playScenario(scenario: Scenario, world: World, { short }: Options): Promise<ScenarioRun> {
  const startedMs = performance.now();
  const of = { scenario: scenario.name, does: scenario.does, system: ours };
  const seconds = () => Math.round((performance.now() - startedMs) / 1_000);
  // What is late may go on for ever, and nothing can be played beside it.
  const late = setTimeout(
    () => world.died(`${scenario.name} was not over within ${scenarioWithinMs / 1_000} s`),
    scenarioWithinMs,
  );
  try {
    const findings = await scenario.play(world, short ? 'short' : 'whole');
    const verdict = findings.bounds.every(({ ok }) => ok) ? 'held' : 'broken';
    return { ...of, ...findings, seconds: seconds(), verdict };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const bounds = [{ name: 'played to its end', figure: null, bound: why, ok: false }];
    return { ...of, bounds, figures: {}, seconds: seconds(), verdict: 'unjudged' };
  } finally {
    clearTimeout(late);
  }
}

async function* playAll(options: Options, signal: AbortSignal): AsyncGenerator<ScenarioRun> {
  const world = await openWorld(signal);
  try {
    for (const scenario of scenarios) {
      if (!isWanted(scenario.name, options)) continue;
      if (options.short && !scenario.short && options.only === undefined) continue;
      const run = await playScenario(scenario, world, options);
      yield run;
      const heard = world.logs.take();
      if (run.verdict !== 'held') process.stderr.write(heard.map((line) => `  ${line}\n`).join(''));
      world.signal.throwIfAborted();
    }
  } finally {
    await world.close();
  }
}

async function proveCluster(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args, ['only']);
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${usage}`);
    return 2;
  }
  const { options } = read;
  const heading = 'scenario       verdict   time    figures';
  const runs = playAll(options, signal);
  return (await prove({ heading, tableLines, renderPage, runs }, options)) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(usage);
} else {
  await runToEnd((signal) => proveCluster(args, signal));
}

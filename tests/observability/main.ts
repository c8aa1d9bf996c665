/** `npm run test:observability`: metrics, rules, dashboards, runbooks and traces, on a real Prometheus. */
import { isWanted, readOptions, type Options } from '../conformance/options.ts';
import { brokenBounds, prove } from '../conformance/proof.ts';
import { readRedisVersion } from '../conformance/redis-server.ts';
import { runToEnd } from '../conformance/run-to-end.ts';
import { lookAtCost } from './cost.ts';
import { lookAtAlerts, lookAtMetrics, lookAtPanels, lookAtRunbooks, lookAtTraces, lookForSecrets } from './looks.ts';
import { renderPage } from './page.ts';
import { promtool, readPrometheusVersion } from './promtool.ts';
import { calm, judge, playStage, type ObservedRun } from './runs.ts';
import { stages } from './stages.ts';
import { openWorld } from './world.ts';

const usage = `Usage: npm run test:observability [-- --short] [--json FILE] [--page FILE] [--only NAME,NAME]
  --short   three of the faults, and nothing of the cost
  --json    writes the report
  --page    writes a page on which the alerts of each fault are drawn
  --only    alerts, cost, metrics, panels, runbooks, traces, secrets, or a fault: ${stages.map(({ name }) => name).join(', ')}

Needs prometheus, promtool and redis-server. Time of the alerts is shortened: what waits for five minutes waits for 15 s.
`;

/** What a look at panels and traces needs to have happened; each of a kind of its own. */
const short = new Set(['target down', 'Redis gone', 'poison']);

function tableLines(run: ObservedRun): readonly string[] {
  const { name, verdict, seconds, figures } = run;
  const told = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  return [
    `${name.padEnd(16)} ${verdict.padEnd(9)} ${String(seconds).padStart(4)} s  ${told.join(' · ')}`,
    ...brokenBounds(run).map((bound) => `  ${bound}`),
  ];
}

async function* playAll(options: Options, signal: AbortSignal): AsyncGenerator<ObservedRun> {
  if (isWanted('alerts', options)) {
    yield await judge('alerts', 'each alert by promtool, on its fault and on its neighbour', lookAtAlerts);
  }
  if (options.only?.has('cost') ?? !options.short) {
    yield await judge('cost', 'what telling takes from the throughput of a receiver that is never idle', lookAtCost);
  }
  if (options.only !== undefined && [...options.only].every((name) => name === 'alerts' || name === 'cost')) return;
  const world = await openWorld(signal);
  try {
    const fromEpochMs = Date.now();
    await calm(world);
    if (isWanted('metrics', options)) {
      yield await judge('metrics', 'names and types by promtool', () => lookAtMetrics(world));
    }
    for (const stage of stages) {
      if (!isWanted(stage.name, options) || (options.short && options.only === undefined && !short.has(stage.name)))
        continue;
      yield await judge(stage.name, stage.does, () => playStage(stage, world));
      signal.throwIfAborted();
    }
    const looks = [
      ['panels', 'each query of each panel, over the whole run', () => lookAtPanels(world, fromEpochMs)],
      ['runbooks', 'each query of each runbook', () => lookAtRunbooks(world)],
      ['traces', 'each trace that was kept, and what leads to it', () => lookAtTraces(world, fromEpochMs)],
      ['secrets', 'payloads, keys and credentials in logs, metrics and spans', () => lookForSecrets(world)],
    ] as const;
    for (const [name, does, look] of looks) if (isWanted(name, options)) yield await judge(name, does, look);
  } finally {
    await world.close();
  }
}

async function isInstalled(): Promise<boolean> {
  const asked = await Promise.allSettled([readPrometheusVersion(), promtool(['--version']), readRedisVersion()]);
  return asked.every(({ status }) => status === 'fulfilled');
}

async function proveObservability(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(args, ['only']);
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${usage}`);
    return 2;
  }
  if (!(await isInstalled())) {
    process.stderr.write('prometheus, promtool or redis-server is missing: apt install prometheus redis-server\n');
    return 2;
  }
  const heading = 'what             verdict   time    figures';
  const runs = playAll(read.options, signal);
  return (await prove({ heading, tableLines, renderPage, runs }, read.options)) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(usage);
} else {
  await runToEnd((signal) => proveObservability(args, signal));
}

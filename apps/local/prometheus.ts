import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { close, listen } from '../shared/lifecycle.ts';

/** A Prometheus beside the pipeline, or none where it is not installed. */
export interface Watching {
  /** Where to look, a line each. */
  readonly places: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface PrometheusOptions {
  /** Where it keeps its configuration and data, which go with the folder. */
  readonly folder: string;
  /** Ops ports, by what listens there. */
  readonly ports: Readonly<Record<string, readonly number[]>>;
  /** Where programs are looked for. */
  readonly path: string | undefined;
  readonly signal: AbortSignal;
}

/** As Kubernetes' users install it. */
const chart = new URL('../../charts/event-gateway/', import.meta.url);

interface ChartValues {
  readonly metrics: {
    readonly rules: { readonly objectives: { readonly ageSeconds: number; readonly drainSeconds: number } };
  };
}

/** What the chart writes beside its rules, for them to compare with: its usual objectives. */
async function readObjectives(): Promise<string> {
  const { metrics } = parse(await readFile(new URL('values.yaml', chart), 'utf8')) as ChartValues;
  const { ageSeconds, drainSeconds } = metrics.rules.objectives;
  const rules = [
    { record: 'eventgw:objective_age_seconds', expr: `vector(${ageSeconds})` },
    { record: 'eventgw:objective_drain_seconds', expr: `vector(${drainSeconds})` },
  ];
  return stringify({ groups: [{ name: 'event-gateway-objectives', rules }] });
}

/** It reads its own data at start, of which there are none. */
const readyWithinMs = 20_000;

/** Starts Prometheus on the ops ports of the apps, with the rules that the chart installs. */
export async function startPrometheus({ folder, ports, path, signal }: PrometheusOptions): Promise<Watching> {
  const probe = createServer();
  const port = await listen(probe, 0, '127.0.0.1');
  await close(probe);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '5s' },
    rule_files: [fileURLToPath(new URL('files/rules.yaml', chart)), 'objectives.yaml'],
    scrape_configs: Object.entries(ports).map(([job, each]) => ({
      job_name: job,
      static_configs: [{ targets: each.map((one) => `127.0.0.1:${one}`) }],
    })),
  };
  await mkdir(join(folder, 'prometheus'), { recursive: true });
  await writeFile(join(folder, 'prometheus', 'objectives.yaml'), await readObjectives());
  await writeFile(join(folder, 'prometheus', 'prometheus.yaml'), stringify(config));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus', 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'prometheus', 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { env: { PATH: path }, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const ended = once(child, 'close').catch(() => undefined);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const metrics = Object.entries(ports).flatMap(([app, each]) =>
    each.map((one) => `metrics       http://127.0.0.1:${one}/metrics  of the ${app}`),
  );
  const ready = Promise.withResolvers<Watching>();
  const last: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    last.splice(0, Math.max(0, last.length - 2), line);
    if (line.includes('ready to receive web requests')) {
      ready.resolve({
        places: [...metrics, `prometheus    http://127.0.0.1:${port}  with the alerts of the chart at /alerts`],
        stop,
      });
    }
  });
  child.once('error', (error: NodeJS.ErrnoException) => {
    const advice = 'prometheus    is not installed: apt install prometheus, or brew install prometheus';
    if (error.code === 'ENOENT') ready.resolve({ places: [...metrics, advice], stop: () => Promise.resolve() });
    else ready.reject(error);
  });
  child.once('close', () => ready.reject(new Error(`Prometheus ended at once: ${last.join(' ')}`)));
  const giveUp = () => ready.reject(new Error('Prometheus was not ready in time.'));
  const timer = setTimeout(giveUp, readyWithinMs);
  signal.addEventListener('abort', giveUp);
  try {
    return await ready.promise;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startProcess } from '../conformance/processes.ts';

/** One series of an answer; values are a pair of a time in s and a text. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

export interface Prometheus {
  readonly url: string;
  /** Tells which ports to scrape, by their job. */
  readonly scrape: (jobs: Readonly<Record<string, readonly number[]>>) => Promise<void>;
  /** Throws with Prometheus' own words where it takes no such query. */
  readonly query: (expr: string) => Promise<readonly Series[]>;
  readonly queryRange: (
    expr: string,
    fromEpochMs: number,
    toEpochMs: number,
    stepSeconds?: number,
  ) => Promise<readonly Series[]>;
  /** Whatever else its API has. */
  readonly api: (path: string, parameters?: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

export interface PrometheusOptions {
  readonly folder: string;
  /** The text of a rules file. */
  readonly rules: string;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly error?: string;
  readonly data?: unknown;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A real Prometheus that looks each second, with the rules of the gateway. */
export async function startPrometheus({ folder, rules, died, signal }: PrometheusOptions): Promise<Prometheus> {
  const port = await freePort();
  const targets = join(folder, 'targets.json');
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(targets, '[]');
  await writeFile(join(folder, 'rules.yaml'), rules);
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      { job_name: 'event-gateway', file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }] },
    ],
  };
  await writeFile(join(folder, 'prometheus.yaml'), stringify(config));
  const server = await startProcess({
    name: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
    ],
    readyBy: (line) => (line.includes('Server is ready to receive web requests') ? true : undefined),
    died,
    signal,
  });
  const url = `http://127.0.0.1:${port}`;
  const api = async (path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as Answer;
    if (answer.status !== 'success') throw new Error(answer.error ?? `${path} was answered with ${response.status}`);
    return answer.data;
  };
  return {
    url,
    api,
    async scrape(jobs) {
      const groups = Object.entries(jobs).map(([job, ports]) => ({
        targets: ports.map((each) => `127.0.0.1:${each}`),
        labels: { job },
      }));
      await writeFile(targets, JSON.stringify(groups));
    },
    async query(expr) {
      const data = (await api('query', { query: expr })) as {
        result: { metric: Series['metric']; value: readonly [number, string] }[];
      };
      return data.result.map(({ metric, value }) => ({ metric, values: [value] }));
    },
    async queryRange(expr, fromEpochMs, toEpochMs, stepSeconds = 1) {
      const data = (await api('query_range', {
        query: expr,
        start: String(fromEpochMs / 1_000),
        end: String(toEpochMs / 1_000),
        step: String(stepSeconds),
      })) as { result: readonly Series[] };
      return data.result;
    },
    async stop() {
      await server.stop();
    },
  };
}

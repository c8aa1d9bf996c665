import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { atMost } from '../conformance/proof.ts';
import { startTraceReceiver } from './otlp.ts';
import type { Findings } from './runs.ts';

const variants = ['bare', 'told', 'traced'] as const;
type Variant = (typeof variants)[number];

/** A round is long against a collection of garbage; rounds alternate, as the machine is now faster and now slower. */
const roundMs = 3_000;
const rounds = 7;
const connections = 32;

interface Running {
  readonly pool: Pool;
  readonly stop: () => Promise<void>;
}

async function startReceiver(variant: Variant, folder: string, endpoint: string): Promise<Running> {
  // A file, as the runtime of containers keeps one.
  const log = await open(join(folder, `${variant}.log`), 'w');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cost-receiver.ts'), variant], {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    stdio: ['ignore', log.fd, 'pipe'],
  });
  if (child.stderr === null) throw new Error('Its stderr is piped');
  const lines = createInterface(child.stderr);
  const [line] = (await once(lines, 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  return {
    pool,
    async stop() {
      const ended = once(child, 'close');
      await pool.destroy();
      child.kill('SIGKILL');
      await ended;
      await log.close();
    },
  };
}

const body = JSON.stringify({
  specversion: '1.0',
  id: 'e-1',
  source: '/cost',
  type: 'order.created',
  data: { order: 'x'.repeat(400) },
});

/** Requests answered a second, by as many connections as keep the receiver busy. */
async function measure({ pool }: Running): Promise<number> {
  const endMs = performance.now() + roundMs;
  let answered = 0;
  const send = async () => {
    while (performance.now() < endMs) {
      const response = await pool.request({
        path: '/events',
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body,
      });
      await response.body.dump();
      if (response.statusCode !== 202) throw new Error(`The receiver answered ${response.statusCode}`);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: connections }, send));
  return answered / (roundMs / 1_000);
}

const median = (figures: readonly number[]) => figures.toSorted((one, other) => one - other)[figures.length >> 1] ?? 0;

/** What metrics, logs and traces take from the throughput of the receiver, beside one that tells nothing. */
export async function lookAtCost(): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'egw-cost-'));
  const collector = await startTraceReceiver();
  const running = new Map<Variant, Running>();
  const ratios = { told: [] as number[], traced: [] as number[] };
  const bare: number[] = [];
  try {
    for (const variant of variants) running.set(variant, await startReceiver(variant, folder, collector.url));
    const measureOne = async (variant: Variant) => {
      const one = running.get(variant);
      return one === undefined ? 0 : measure(one);
    };
    // The first one warms up.
    for (let round = 0; round <= rounds; round++) {
      const perSecond = { bare: 0, told: 0, traced: 0 };
      for (const variant of variants) perSecond[variant] = await measureOne(variant);
      if (round === 0) continue;
      bare.push(perSecond.bare);
      ratios.told.push(perSecond.told / perSecond.bare);
      ratios.traced.push(perSecond.traced / perSecond.told);
    }
  } finally {
    for (const { stop } of running.values()) await stop();
    await collector.close();
    await rm(folder, { recursive: true });
  }
  const percent = (ratio: number) => Math.round((1 - ratio) * 1_000) / 10;
  return {
    bounds: [
      atMost('metrics and logs take, %', percent(median(ratios.told)), 10),
      atMost('tracing at 10 % takes besides, %', percent(median(ratios.traced)), 15),
    ],
    figures: { 'requests a second without': Math.round(median(bare)), spans: collector.spans.length },
  };
}

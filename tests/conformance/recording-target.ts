import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readListening, startProcess } from './processes.ts';

const recordedCall = z.object({
  seq: z.number(),
  arrival: z.number(),
  time: z.iso.datetime(),
  status: z.number().nullable(),
  /** Of the event that it was for; null of a question. */
  id: z.string().nullable(),
  outcome: z.string(),
});

const summary = z.object({ calls: z.number(), effects: z.number() });

const recordedEffect = z.object({ id: z.string(), input: z.string().nullable() });

/** What took effect, with the source text of its input. */
export type RecordedEffect = z.output<typeof recordedEffect>;

/** What the target wrote down of a call: its arrival by its own monotonic clock, and the status of its answer. */
export type RecordedCall = z.output<typeof recordedCall>;

/** The longest hold-up of the target's event loop in the tenth of a second that ended at `atMs`, by its clock. */
export interface Stall {
  readonly atMs: number;
  readonly delayMs: number;
}

export interface RecordingTarget {
  readonly port: number;
  readonly url: string;
  readonly latencyMs: number;
  /** Orders a fault of `apps/target/faults.ts`. */
  readonly order: (...faults: readonly Readonly<Record<string, unknown>>[]) => Promise<void>;
  /** Ends all faults. */
  readonly forgive: () => Promise<void>;
  /** Calls that it has had by now. */
  readonly calls: () => Promise<number>;
  readonly record: () => Promise<readonly RecordedCall[]>;
  /** Deliveries that took effect by now. */
  readonly delivered: () => Promise<number>;
  readonly effects: () => Promise<readonly RecordedEffect[]>;
  /** Ends it; with the stalls it had, where it was asked to watch for them. */
  readonly stop: () => Promise<readonly Stall[]>;
}

export interface RecordingTargetOptions {
  readonly latencyMs: number;
  readonly watchStalls: boolean;
  /** True if not said. */
  readonly honoursKeys?: boolean;
  readonly folder: string;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

const entry = `${import.meta.dirname}/../../apps/target/main.ts`;
const preload = `${import.meta.dirname}/preload/loop-delay.ts`;

/** It records and does not refuse: above any pace that is measured here, and what its LIMIT_CALLS takes at most. */
const refusesAbove = '100000';

/** What its admin port gives at once. */
const pageSize = 10_000;

export async function startRecordingTarget(options: RecordingTargetOptions): Promise<RecordingTarget> {
  const { latencyMs, watchStalls, honoursKeys = true, folder, died, signal } = options;
  const stallFile = join(folder, 'target-stalls.json');
  const target = await startProcess({
    name: 'the target',
    command: process.execPath,
    args: [...(watchStalls ? ['--import', preload] : []), entry],
    env: {
      PORT: '0',
      ADMIN_PORT: '0',
      LIMIT_CALLS: refusesAbove,
      LATENCY_MS: String(latencyMs),
      HONOURS_KEYS: String(honoursKeys),
      LOG_LEVEL: 'warn',
      LOOP_DELAY_FILE: stallFile,
    },
    readyBy: readListening,
    died,
    signal,
  });
  const port = Number(target.ready['port']);
  const adminUrl = `http://127.0.0.1:${String(target.ready['admin_port'])}`;
  const ask = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const response = await fetch(adminUrl + path, { ...init, signal });
    if (!response.ok) throw new Error(`The target answered ${path} with ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const readAll = async <T>(path: string, entry: z.ZodType<T>): Promise<readonly T[]> => {
    const all: T[] = [];
    for (;;) {
      const page = z.array(entry).parse(await ask(`${path}?after=${all.length}&limit=${pageSize}`));
      if (page.length === 0) return all;
      all.push(...page);
    }
  };
  return {
    port,
    url: `http://127.0.0.1:${port}/graphql`,
    latencyMs,
    async order(...faults) {
      const headers = { 'content-type': 'application/json' };
      await ask('/faults', { method: 'POST', headers, body: JSON.stringify(faults) });
    },
    async forgive() {
      await ask('/faults', { method: 'DELETE' });
    },
    calls: async () => summary.parse(await ask('/summary')).calls,
    delivered: async () => summary.parse(await ask('/summary')).effects,
    record: () => readAll('/calls', recordedCall),
    effects: () => readAll('/effects', recordedEffect),
    async stop() {
      await target.stop();
      return watchStalls ? (JSON.parse(await readFile(stallFile, 'utf8')) as Stall[]) : [];
    },
  };
}

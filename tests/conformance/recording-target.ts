import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readListening, startProcess } from './processes.ts';
import { askTarget, type TargetRecord } from './target-record.ts';

/** The longest hold-up of the target's event loop in the tenth of a second that ended at `atMs`, by its clock. */
export interface Stall {
  readonly atMs: number;
  readonly delayMs: number;
}

export interface RecordingTarget extends TargetRecord {
  readonly port: number;
  readonly url: string;
  readonly latencyMs: number;
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
  return {
    port,
    url: `http://127.0.0.1:${port}/graphql`,
    latencyMs,
    ...askTarget(`http://127.0.0.1:${String(target.ready['admin_port'])}`, signal),
    async stop() {
      await target.stop();
      return watchStalls ? (JSON.parse(await readFile(stallFile, 'utf8')) as Stall[]) : [];
    },
  };
}

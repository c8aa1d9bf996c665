import { readListening, startProcess } from '../../tests/conformance/processes.ts';

/** What a target was called by now. */
export interface TargetRecord {
  readonly arrived: number;
  readonly answered: number;
  /** ms of the wall clock. */
  readonly lastAnsweredMs: number;
}

export interface Target {
  readonly url: string;
  readonly record: () => Promise<TargetRecord>;
  /** When calls came, from the `index`th on, in ms of the wall clock. */
  readonly arrivals: (index: number) => Promise<readonly number[]>;
  readonly stop: () => Promise<unknown>;
}

export interface TargetOptions {
  readonly latencyMs?: number;
  /** Of events whose number is a multiple of `every`. */
  readonly slow?: { readonly every: number; readonly latencyMs: number };
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** What an answer takes where nothing else is said: an API that is quick and not far. */
const defaultLatencyMs = 5;

const entry = `${import.meta.dirname}/main.ts`;

export async function startTarget({
  latencyMs = defaultLatencyMs,
  slow,
  died,
  signal,
}: TargetOptions): Promise<Target> {
  const process_ = await startProcess({
    name: 'the target',
    command: process.execPath,
    args: [entry],
    env: {
      LATENCY_MS: String(latencyMs),
      SLOW_EVERY: String(slow?.every ?? 0),
      SLOW_MS: String(slow?.latencyMs ?? 0),
    },
    readyBy: readListening,
    died,
    signal,
  });
  const origin = `http://127.0.0.1:${String(process_.ready['port'])}`;
  const ask = async (path: string): Promise<unknown> => (await fetch(`${origin}${path}`, { signal })).json();
  return {
    url: `${origin}/graphql`,
    record: async () => (await ask('/record')) as TargetRecord,
    arrivals: async (index) => (await ask(`/arrivals?from=${index}`)) as readonly number[],
    stop: () => process_.stop(),
  };
}

import { readListening, startProcess } from '../../tests/conformance/processes.ts';
import { cores, pinned } from '../measure.ts';
import type { Counts, Fill } from './server.ts';
import type { Settings } from './settings.ts';

export interface StandIn {
  /** For `AWS_ENDPOINT_URL_SQS`. */
  readonly endpoint: string;
  readonly pid: number;
  readonly queueUrl: (name: string) => string;
  readonly set: (settings: Partial<Settings>) => Promise<void>;
  /** A queue takes its next fill when the last one is received. */
  readonly fill: (fill: Fill) => Promise<void>;
  readonly counts: () => Promise<Counts>;
  /** Empties all queues and counts anew. */
  readonly reset: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What SDKs ask for before they speak to any SQS. */
export const awsEnvironment = (endpoint: string) => ({
  AWS_ENDPOINT_URL_SQS: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
});

export async function startStandIn(died: (sentence: string) => void, signal: AbortSignal): Promise<StandIn> {
  const { pid, ready, stop } = await startProcess({
    name: 'the stand-in of SQS',
    ...pinned(cores.around, process.execPath, [`${import.meta.dirname}/main.ts`]),
    readyBy: readListening,
    died,
    signal,
  });
  const endpoint = `http://127.0.0.1:${String(ready['port'])}`;
  const control = async (what: string, input: unknown = {}): Promise<Counts> => {
    const response = await fetch(`${endpoint}/control/${what}`, {
      method: 'POST',
      body: JSON.stringify(input),
      signal,
    });
    if (!response.ok) throw new Error(`The stand-in answered ${response.status} to ${what}`);
    return (await response.json()) as Counts;
  };
  return {
    endpoint,
    pid,
    queueUrl: (name) => `${endpoint}/000000000000/${name}`,
    async set(settings) {
      await control('set', settings);
    },
    async fill(fill) {
      await control('fill', fill);
    },
    counts: () => control('counts'),
    async reset() {
      await control('reset');
    },
    async stop() {
      await stop();
    },
  };
}

import { readListening, startProcess } from '../processes.ts';
import type { QueueAttributes } from './attributes.ts';
import type { Counts, Listed, Order } from './control.ts';
import type { FaultOrder } from './faults.ts';

/** An SQS of a test's own, with the faults that it orders. */
export interface QueueDouble {
  readonly endpoint: string;
  /** Its URL. */
  readonly createQueue: (name: string, attributes?: QueueAttributes) => Promise<string>;
  /** In place of the faults that stood; none end them. */
  readonly order: (faults: readonly FaultOrder[]) => Promise<void>;
  readonly counts: () => Promise<Counts>;
  /** All messages of a queue, wherever they are. */
  readonly messages: (queue: string) => Promise<readonly Listed[]>;
  /** Puts the last deleted messages back in line; how many there were. */
  readonly redeliver: (queue: string, count: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface QueueDoubleOptions {
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
  /** How many times as fast its clock runs; 1 if not said. */
  readonly speed?: number;
  /** Of its chance; 0 if not said. */
  readonly seed?: number;
}

const entry = `${import.meta.dirname}/main.ts`;

export async function startQueueDouble(options: QueueDoubleOptions): Promise<QueueDouble> {
  const { died, signal, speed = 1, seed = 0 } = options;
  const double = await startProcess({
    name: 'the double of SQS',
    command: process.execPath,
    args: [entry],
    env: { SPEED: String(speed) },
    readyBy: readListening,
    died,
    signal,
  });
  const endpoint = `http://127.0.0.1:${String(double.ready['port'])}`;
  const ask = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(endpoint + path, { ...init, signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`The double of SQS answered ${path} with ${response.status}: ${text}`);
    return text;
  };
  const order = async (what: Order) =>
    JSON.parse(await ask('/_control', { method: 'POST', body: JSON.stringify(what) })) as { redelivered?: number };
  await order({ seed });
  return {
    endpoint,
    async createQueue(name, attributes = {}) {
      const headers = { 'x-amz-target': 'AmazonSQS.CreateQueue', 'content-type': 'application/x-amz-json-1.0' };
      const body = JSON.stringify({ QueueName: name, Attributes: attributes });
      const { QueueUrl } = JSON.parse(await ask('/', { method: 'POST', headers, body })) as { QueueUrl: string };
      return QueueUrl;
    },
    async order(faults) {
      await order({ faults: [...faults] });
    },
    counts: async () => JSON.parse(await ask('/_control', {})) as Counts,
    async messages(queue) {
      const text = await ask(`/_control/messages?queue=${encodeURIComponent(queue)}`, {});
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Listed);
    },
    redeliver: async (queue, count) => (await order({ redeliver: { queue, count } })).redelivered ?? 0,
    async stop() {
      await double.stop();
    },
  };
}

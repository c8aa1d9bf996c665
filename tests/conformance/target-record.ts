import { z } from 'zod';

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

/** What a target's admin port is asked. */
export interface TargetRecord {
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
  /** Forgets calls and effects. */
  readonly reset: () => Promise<void>;
}

/** What its admin port gives at once. */
const pageSize = 10_000;

export function askTarget(adminUrl: string, signal: AbortSignal): TargetRecord {
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
    async reset() {
      await ask('/reset', { method: 'POST' });
    },
  };
}

import { startProcess } from '../../tests/conformance/processes.ts';
import { cores, pinned } from '../measure.ts';
import type { LoadPlan, LoadResult } from './plan.ts';

export interface LoadOptions {
  readonly signal: AbortSignal;
  /** Called when the window opens, and when it closes. */
  readonly atWindow?: (edge: 'opens' | 'closes') => void;
}

/** Sends the load beside what is measured, and resolves with what it saw. */
export async function runLoad(plan: LoadPlan, { signal, atWindow }: LoadOptions): Promise<LoadResult> {
  const ended = Promise.withResolvers<LoadResult>();
  ended.promise.catch(() => undefined);
  const hear = (line: string) => {
    // JSON has no NaN: what there was nothing of comes as null, which would pass for a small number.
    const told = JSON.parse(line, (_, value: unknown) => value ?? Number.NaN) as {
      readonly msg: string;
      readonly result?: LoadResult;
    };
    if (told.msg === 'closed') atWindow?.('closes');
    if (told.result !== undefined) ended.resolve(told.result);
  };
  const giveUp = () => ended.reject(signal.reason);
  signal.addEventListener('abort', giveUp);
  const load = await startProcess({
    name: 'the load generator',
    ...pinned(cores.around, process.execPath, [`${import.meta.dirname}/main.ts`, JSON.stringify(plan)]),
    readyBy: (line) => (line.includes('"window"') ? true : undefined),
    heard: hear,
    died: (sentence) => ended.reject(new Error(sentence)),
    signal,
  });
  atWindow?.('opens');
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
    await load.stop();
  }
}

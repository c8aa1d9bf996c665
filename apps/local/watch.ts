import type { Queues } from './setup.ts';
import type { TargetSummary } from './report.ts';

/** What the neighbours say of the run: the target of its record, the queue of its depth. Nobody is asked what they believe. */
export interface Watch {
  readonly target: TargetSummary;
  readonly queued: number;
  readonly deadLetters: number;
}

export interface Effect {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
}

export function createWatch(adminUrl: string, queues: Pick<Queues, 'depth' | 'deadLetters'>) {
  const get = async (path: string): Promise<unknown> => (await fetch(adminUrl + path)).json();
  return {
    async look(): Promise<Watch> {
      const [target, queued, deadLetters] = await Promise.all([
        get('/summary') as Promise<TargetSummary>,
        queues.depth(),
        queues.deadLetters(),
      ]);
      return { target, queued, deadLetters };
    },
    /** What took effect after the given one; a page at most. */
    effects: (after: number) => get(`/effects?after=${after}`) as Promise<readonly Effect[]>,
  };
}

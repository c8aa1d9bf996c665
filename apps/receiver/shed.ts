import type { ServerResponse } from 'node:http';
import { wait } from '../shared/wait.ts';
import type { Log } from '../shared/log.ts';
import type { Observe } from './observe.ts';
import { answerJson, problemOf } from './refuse.ts';

export interface ShedDeps {
  readonly observe: Pick<Observe, 'answered' | 'received'>;
  readonly log: Log;
}

/** Turns requests away that cannot be taken, for as little as an answer costs: there are many of them when there is one. */
export interface Shed {
  readonly turnAway: (response: ServerResponse) => void;
  /** Logs how many there were, until the signal ends: a line for each would cost more than its answer. */
  readonly tell: (signal: AbortSignal) => Promise<void>;
}

/** Often enough to be seen as it happens. */
const tellEveryMs = 1_000;

const body = Buffer.from(
  JSON.stringify(problemOf({ code: 'saturated', detail: 'Too much is under way already: send it again in a moment' })),
);
const fields = ['retry-after', '1'];

export function createShed({ observe, log }: ShedDeps): Shed {
  let count = 0;
  return {
    turnAway(response) {
      count++;
      answerJson(response, 503, 'application/problem+json', body, fields);
      observe.received('saturated');
      observe.answered('POST', '/events', 503, 0);
    },
    async tell(signal) {
      while (!signal.aborted) {
        await wait(tellEveryMs, signal);
        if (count > 0) log.warn({ outcome: 'saturated', requests: count }, 'requests.shed');
        count = 0;
      }
    },
  };
}

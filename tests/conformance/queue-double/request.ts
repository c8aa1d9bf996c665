import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import type { ExecutionFault, HandOutFault } from './faults.ts';
import { readText, type Input } from './input.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

/** What one request is executed with. */
export interface Request {
  readonly input: Input;
  readonly queues: Queues;
  readonly fault: ExecutionFault | undefined;
  readonly chance: Chance;
  readonly clock: Clock;
  /** Under which the queues' URLs stand. */
  readonly baseUrl: string;
  /** What befalls messages as they are given out. */
  readonly befalls: (queue: string) => HandOutFault | undefined;
  /** Calls back when nobody waits for the answer any more. */
  readonly whenLeft: (then: () => void) => void;
}

export function queueOf({ queues, input }: Pick<Request, 'queues' | 'input'>): Queue {
  return queues.at(readText(input, 'QueueUrl'));
}

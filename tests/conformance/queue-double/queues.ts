import { checkAttributes, redriveOf, type QueueAttributes } from './attributes.ts';
import type { Chance } from './chance.ts';
import type { Clock } from './clock.ts';
import { createQueue, type Queue } from './queue.ts';
import { Refusal } from './refusal.ts';

/** All queues of the one account in the one region. */
export interface Queues {
  readonly create: (name: string, attributes: QueueAttributes) => Queue;
  readonly named: (name: string) => Queue | undefined;
  /** The host in the URL does not matter: a queue is asked for through tunnels and proxies too. */
  readonly at: (url: string) => Queue;
  readonly all: () => Iterable<Queue>;
  readonly set: (queue: Queue, attributes: QueueAttributes) => void;
}

/** SQS' own rule; the names of FIFO queues, which have a dot, are not for this double. */
const queueName = /^[a-zA-Z0-9_-]{1,80}$/;

export const account = '000000000000';
const arnStart = `arn:aws:sqs:us-east-1:${account}:`;

export function createQueues(clock: Clock, chance: Chance): Queues {
  const queues = new Map<string, Queue>();
  const queueAt = (arn: string) => queues.get(arn.slice(arnStart.length));
  const check = (name: string, attributes: QueueAttributes) => {
    checkAttributes(attributes);
    const redrive = redriveOf(attributes);
    if (redrive === undefined) return;
    // A queue that is its own would move its messages in circles.
    const deadLetters = queueAt(redrive.deadLetterArn);
    if (deadLetters === undefined || deadLetters.name === name)
      throw new Refusal('InvalidParameterValue', `${redrive.deadLetterArn} is no dead-letter queue for ${name}.`);
  };
  return {
    create(name, attributes) {
      if (!queueName.test(name)) {
        const rule = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
        throw new Refusal('InvalidParameterValue', rule);
      }
      check(name, attributes);
      const existing = queues.get(name);
      const other = Object.keys(attributes).find((each) => existing?.attributes()[each] !== attributes[each]);
      if (existing !== undefined && other !== undefined) {
        const conflict = `A queue already exists with the same name and a different value for attribute ${other}`;
        throw new Refusal('QueueNameExists', conflict);
      }
      const queue = existing ?? createQueue({ name, arn: arnStart + name, attributes, clock, chance, queueAt });
      queues.set(name, queue);
      return queue;
    },
    named: (name) => queues.get(name),
    at(url) {
      const queue = queues.get(url.slice(url.lastIndexOf('/') + 1));
      if (queue === undefined) throw new Refusal('QueueDoesNotExist', 'The specified queue does not exist.');
      return queue;
    },
    all: () => queues.values(),
    set(queue, attributes) {
      check(queue.name, attributes);
      queue.set(attributes);
    },
  };
}

import { z } from 'zod';
import type { Chance } from './chance.ts';
import { faultsSchema, type Faults } from './faults.ts';
import type { Message, MessageAttributes, Place } from './message.ts';
import type { Tally } from './queue.ts';
import type { Queues } from './queues.ts';

const orderSchema = z.strictObject({
  /** In place of those that stand. */
  faults: faultsSchema.optional(),
  /** Chance begins anew with it. */
  seed: z.int().optional(),
  /** Puts the last deleted messages of a queue back in line. */
  redeliver: z.strictObject({ queue: z.string(), count: z.int().min(1) }).optional(),
});

export type Order = z.input<typeof orderSchema>;

export interface Counts {
  /** By action and fault: `SendMessage/reset`. */
  readonly strikes: Readonly<Record<string, number>>;
  readonly queues: Readonly<Record<string, Readonly<Record<Place, number> & Tally>>>;
}

/** A message that stands on a queue, wherever it is. */
export interface Listed {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly receiveCount: number;
  readonly state: Place;
}

export interface ControlAnswer {
  readonly status: 200 | 400 | 404;
  /** Pieces of it, where it is too long for one. */
  readonly body: string | Iterable<string>;
}

/** What tests ask of the double beside SQS' own protocol. */
export interface Control {
  readonly order: (text: string) => ControlAnswer;
  readonly counts: () => ControlAnswer;
  /** One message a line. */
  readonly list: (queue: string) => ControlAnswer;
}

const answered = (value: object): ControlAnswer => ({ status: 200, body: JSON.stringify(value) });

const noQueue = (name: string): ControlAnswer => ({ status: 404, body: `There is no queue ${name}` });

function* linesOf(messages: Iterable<Message>): Generator<string> {
  for (const { id, body, attributes, receives, place } of messages) {
    const listed: Listed = { id, body, attributes, receiveCount: receives, state: place };
    yield `${JSON.stringify(listed)}\n`;
  }
}

function readOrder(text: string): z.output<typeof orderSchema> | string {
  try {
    return orderSchema.parse(JSON.parse(text));
  } catch (error) {
    return error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  }
}

export function createControl(queues: Queues, faults: Faults, chance: Chance): Control {
  return {
    order(text) {
      const order = readOrder(text);
      if (typeof order === 'string') return { status: 400, body: order };
      if (order.faults !== undefined) faults.order(order.faults);
      if (order.seed !== undefined) chance.seed(order.seed);
      if (order.redeliver === undefined) return answered({});
      const queue = queues.named(order.redeliver.queue);
      if (queue === undefined) return noQueue(order.redeliver.queue);
      return answered({ redelivered: queue.redeliver(order.redeliver.count) });
    },
    counts() {
      const each = Array.from(queues.all(), (queue) => [queue.name, { ...queue.places(), ...queue.tally }] as const);
      return answered({ strikes: faults.strikes(), queues: Object.fromEntries(each) } satisfies Counts);
    },
    list(name) {
      const queue = queues.named(name);
      return queue === undefined ? noQueue(name) : { status: 200, body: linesOf(queue.all()) };
    },
  };
}

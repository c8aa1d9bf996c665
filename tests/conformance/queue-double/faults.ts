import { z } from 'zod';
import type { Chance } from './chance.ts';

export const actions = [
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'CreateQueue',
  'DeleteMessage',
  'DeleteMessageBatch',
  'GetQueueAttributes',
  'GetQueueUrl',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
  'SendMessageBatch',
  'SetQueueAttributes',
] as const;

export type Action = (typeof actions)[number];

/** Ten minutes: longer than any client waits, so a longer one could only be a mistake in the unit. */
const milliseconds = z.number().min(0).max(600_000);

/** SQS' longest visibility and delay are of its own clock, which may run hundreds of times as fast. */
const clockMilliseconds = z.number().min(0).max(43_200_000);

const shared = {
  action: z.enum([...actions, '*']),
  /** Only requests to this queue. */
  queue: z.string().optional(),
  probability: z.number().min(0).max(1),
  /** How many it strikes at most; without it, any number. */
  times: z.int().min(1).optional(),
};

/** The probability that an entry of a batch fails. */
const share = z.number().min(0).max(1).default(0.5);

const faultSchema = z.discriminatedUnion('fault', [
  /** 500; nothing was done. */
  z.strictObject({ fault: z.literal('error500'), ...shared }),
  /** Done, and then 500. */
  z.strictObject({ fault: z.literal('error500Executed'), ...shared }),
  /** Refused as one too many; nothing was done. */
  z.strictObject({ fault: z.literal('throttle'), ...shared }),
  /** The connection is reset; nothing was done. */
  z.strictObject({ fault: z.literal('reset'), ...shared }),
  /** Done, and then the connection is reset: what a receive was given is hidden. */
  z.strictObject({ fault: z.literal('resetExecuted'), ...shared }),
  /** Nothing is done, and no answer comes until the client leaves. */
  z.strictObject({ fault: z.literal('hang'), ...shared }),
  /** Done and answered so much later, in real time. */
  z.strictObject({ fault: z.literal('slow'), ms: milliseconds, ...shared }),
  /** Some entries of a batch are told to have failed within SQS, and were not done. */
  z.strictObject({ fault: z.literal('partial'), share, ...shared }),
  /** The same entries are told to have failed, and were done. */
  z.strictObject({ fault: z.literal('partialExecuted'), share, ...shared }),
  /** What is sent stands on the queue twice, with an id each. */
  z.strictObject({ fault: z.literal('duplicate'), ...shared }),
  /** What is sent can be had only so much later, by SQS' clock. */
  z.strictObject({ fault: z.literal('late'), ms: clockMilliseconds, ...shared }),
  /** What is given out is given to the next receive as well. */
  z.strictObject({ fault: z.literal('twice'), ...shared }),
  /** What is given out is not what stands first. */
  z.strictObject({ fault: z.literal('shuffle'), ...shared }),
  /** What is given out is hidden for so long only, by SQS' clock, whatever was asked. */
  z.strictObject({ fault: z.literal('early'), ms: clockMilliseconds, ...shared }),
  /** One of the last messages that were deleted is given out again. */
  z.strictObject({ fault: z.literal('redeliverDeleted'), ...shared }),
]);

export type Fault = z.output<typeof faultSchema>;
/** A fault as it is ordered. */
export type FaultOrder = z.input<typeof faultSchema>;
export type HandOutFault = Extract<Fault, { fault: 'twice' | 'shuffle' | 'early' }>;
/** Those that strike a request when it comes. */
export type ArrivalFault = Exclude<Fault, HandOutFault>;
/** Those that change what is done, not only what is told. */
export type ExecutionFault = Extract<
  Fault,
  { fault: 'partial' | 'partialExecuted' | 'duplicate' | 'late' | 'redeliverDeleted' }
>;

/** A fault strikes only where it does something, so that every strike is one and `times` are not spent on nothing. */
function fits({ fault }: Fault, action: Action): boolean {
  switch (fault) {
    case 'partial':
    case 'partialExecuted':
      return action.endsWith('Batch');
    case 'duplicate':
    case 'late':
      return action === 'SendMessage' || action === 'SendMessageBatch';
    case 'twice':
    case 'shuffle':
    case 'early':
    case 'redeliverDeleted':
      return action === 'ReceiveMessage';
    case 'error500':
    case 'error500Executed':
    case 'throttle':
    case 'reset':
    case 'resetExecuted':
    case 'hang':
    case 'slow':
      return true;
    default:
      return fault satisfies never;
  }
}

export const faultsSchema = z.array(
  faultSchema.refine(
    (fault) => fault.action === '*' || fits(fault, fault.action),
    'This fault never befalls this action',
  ),
);

export interface Call {
  readonly action: Action;
  readonly queue: string | undefined;
  /** Whether a deleted message could be given out again. */
  readonly hasDeleted: boolean;
}

const isHandOut = (fault: Fault): fault is HandOutFault =>
  fault.fault === 'twice' || fault.fault === 'shuffle' || fault.fault === 'early';

export interface Faults {
  readonly order: (faults: readonly Fault[]) => void;
  /** The first fault that strikes this request as it comes. */
  readonly strike: (call: Call) => ArrivalFault | undefined;
  /** The first fault that strikes as a receive gives messages out. */
  readonly strikeHandOut: (queue: string) => HandOutFault | undefined;
  /** How often each has struck which action, since the start. */
  readonly strikes: () => Readonly<Record<string, number>>;
}

export function createFaults(chance: Chance): Faults {
  let standing: { readonly fault: Fault; left: number }[] = [];
  const strikes: Record<string, number> = {};

  const first = <Kind extends Fault>(
    { action, queue }: { action: Action; queue: string | undefined },
    isOne: (fault: Fault) => fault is Kind,
  ): Kind | undefined => {
    for (const each of standing) {
      const { fault } = each;
      if (each.left === 0 || !isOne(fault)) continue;
      if (!fits(fault, action) || (fault.action !== '*' && fault.action !== action)) continue;
      if (fault.queue !== undefined && fault.queue !== queue) continue;
      if (!chance.happens(fault.probability)) continue;
      each.left--;
      const name = `${action}/${fault.fault}`;
      strikes[name] = (strikes[name] ?? 0) + 1;
      return fault;
    }
    return undefined;
  };
  return {
    order: (faults) => void (standing = faults.map((fault) => ({ fault, left: fault.times ?? Infinity }))),
    strike(call) {
      const isOne = (fault: Fault): fault is ArrivalFault =>
        !isHandOut(fault) && (fault.fault !== 'redeliverDeleted' || call.hasDeleted);
      return first(call, isOne);
    },
    strikeHandOut: (queue) => first({ action: 'ReceiveMessage', queue }, isHandOut),
    strikes: () => strikes,
  };
}

import type { ArrivalFault, ExecutionFault } from './faults.ts';
import { Refusal, refusalAnswer, type Answer } from './refusal.ts';

/** What the client is going to see. */
export type Reaction =
  { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'reset' } | { readonly kind: 'hang' };

const answered = (answer: Answer): Reaction => ({ kind: 'answer', answer });

const internal = refusalAnswer(new Refusal('InternalFailure', 'We encountered an internal error. Please try again.'));
const throttled = refusalAnswer(new Refusal('RequestThrottled', 'Rate exceeded'));

// Does not keep a double that was told to stop from ending.
const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());

/** Plays a fault upon a request. */
export async function strike(
  fault: ArrivalFault | undefined,
  execute: (fault: ExecutionFault | undefined) => Promise<Answer>,
): Promise<Reaction> {
  switch (fault?.fault) {
    case undefined:
      return answered(await execute(undefined));
    case 'error500':
      return answered(internal);
    case 'error500Executed':
      await execute(undefined);
      return answered(internal);
    case 'throttle':
      return answered(throttled);
    case 'reset':
      return { kind: 'reset' };
    case 'resetExecuted':
      await execute(undefined);
      return { kind: 'reset' };
    case 'hang':
      return { kind: 'hang' };
    case 'slow':
      await sleep(fault.ms);
      return answered(await execute(undefined));
    case 'partial':
    case 'partialExecuted':
    case 'duplicate':
    case 'late':
    case 'redeliverDeleted':
      return answered(await execute(fault));
    default:
      return fault satisfies never;
  }
}

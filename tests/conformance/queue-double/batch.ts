import { readEntries, type Input } from './input.ts';
import { Refusal } from './refusal.ts';
import type { Request } from './request.ts';

interface Failed {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

export interface BatchAnswer {
  readonly Successful: readonly object[];
  readonly Failed: readonly Failed[];
}

/** Each entry for itself: one that is refused leaves the others alone. */
export function executeBatch(request: Request, executeOne: (entry: Input) => object): BatchAnswer {
  const { fault, chance } = request;
  const partial = fault?.fault === 'partial' || fault?.fault === 'partialExecuted' ? fault : undefined;
  const Successful: object[] = [];
  const Failed: Failed[] = [];
  for (const { id: Id, input } of readEntries(request.input)) {
    const fails = partial !== undefined && chance.happens(partial.share);
    try {
      const result = fails && partial.fault === 'partial' ? {} : executeOne(input);
      if (fails) Failed.push({ Id, SenderFault: false, Code: 'InternalError', Message: 'An internal error occurred.' });
      else Successful.push({ Id, ...result });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.refusal, Message: error.message });
    }
  }
  return { Successful, Failed };
}

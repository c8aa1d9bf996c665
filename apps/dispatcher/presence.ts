import { newTraceparent, type RandomBytes } from '../shared/tracing.ts';
import { heardOf, type Asked } from './circuit.ts';
import { classify, type ClassifyOptions } from './classify.ts';
import { presence, type Dispatch } from './dispatch.ts';
import type { Credential } from './credential.ts';
import type { Pause } from './pause.ts';
import type { Slot } from './permit.ts';

export interface PresenceDeps {
  readonly dispatch: Dispatch;
  readonly credential: Pick<Credential, 'headers'>;
  readonly classify: Pick<ClassifyOptions, 'now' | 'codeRules'>;
  readonly pause: Pick<Pause, 'begin' | 'leftMs'>;
  readonly randomBytes: RandomBytes;
}

/** Asks the target whether it is there. Whatever a GraphQL server answers says so, a refusal too. */
export function createAskPresence(deps: PresenceDeps): (slot: Slot) => Promise<Asked> {
  return async (slot) => {
    const call = {
      operation: presence,
      variables: '{}',
      traceparent: newTraceparent(deps.randomBytes),
      credential: deps.credential.headers(),
    };
    const answer = await deps.dispatch(call, slot, () => deps.pause.leftMs() === 0);
    if (answer.kind === 'late') return 'unused';
    const outcome = classify(answer, { ...deps.classify, field: presence.field, careful: false });
    if (outcome.kind === 'throttled') await deps.pause.begin(outcome.waitMs, 'throttled');
    const heard = heardOf(outcome, 'status' in answer ? answer.status : undefined);
    return heard === 'somebody' ? 'somebody' : 'nobody';
  };
}

import { createCalls, type Calls } from './calls.ts';
import { createEffects, type Effects } from './effects.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLimiter, type Limit, type Limiter } from './limit.ts';

/**
 * What a running target remembers. A call takes hold of `calls`, `effects` and `limiter` as they are at its arrival, so
 * a reset in the middle of a call leaves no trace of it in what starts then.
 */
export interface State {
  limit: Limit;
  limiter: Limiter;
  calls: Calls;
  effects: Effects;
  readonly faults: Faults;
  readonly honoursKeys: boolean;
}

export function createState(limit: Limit, honoursKeys: boolean): State {
  return {
    limit,
    limiter: createLimiter(limit),
    calls: createCalls(limit),
    effects: createEffects(honoursKeys),
    faults: createFaults(),
    honoursKeys,
  };
}

/** Forgets everything but the limit. */
export function reset(state: State): void {
  Object.assign(state, createState(state.limit, state.honoursKeys));
}

/** Calls that were admitted keep their places, and the measurement is taken again, as far back as calls are listed. */
export function changeLimit(state: State, limit: Limit): void {
  state.limit = limit;
  state.limiter = createLimiter(limit, state.calls.admitted());
  state.calls.remeasure(limit);
}

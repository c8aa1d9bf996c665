import { childOf, traceIdOf, type RandomBytes } from '../shared/tracing.ts';
import type { Log } from '../shared/log.ts';
import { classify, type ClassifyOptions } from './classify.ts';
import { wait } from '../shared/wait.ts';
import { holdMs, spareMs } from './timing.ts';
import type { Credential } from './credential.ts';
import type { Answer, Dispatch } from './dispatch.ts';
import type { Held } from './held.ts';
import type { MakeInput } from './input.ts';
import type { Observe } from './observe.ts';
import type { Pause } from './pause.ts';
import type { Slot } from './permit.ts';
import type { Settle, Settled } from './settle.ts';
import { createUnknownCodes } from './unknown-codes.ts';

export interface AttemptDeps {
  readonly target: string;
  readonly timeoutMs: number;
  readonly pause: Pick<Pause, 'leftMs'>;
  readonly dispatch: Dispatch;
  readonly makeInput: MakeInput;
  readonly credential: Credential;
  readonly classify: ClassifyOptions;
  readonly settle: Pick<Settle, 'bury' | 'handBack' | 'outcome'>;
  readonly observe: Pick<Observe, 'attempted' | 'late'>;
  /** Told how long a call took. */
  readonly took: (durationMs: number) => void;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** One use of one slot: settled, or `again` where the event is still in hand and wants another slot. */
export type Attempt = (held: Held, slot: Slot) => Promise<Settled | 'again'>;

export function createAttempt(deps: AttemptDeps): Attempt {
  const { settle, now, observe } = deps;
  const tellUnknown = createUnknownCodes(deps.target, deps.log);

  /** Whether a call that starts now would end, and be settled, before lease or visibility do. */
  const outlasts = (held: Held) => now() - held.holdsFromMs + deps.timeoutMs + spareMs < holdMs(deps.timeoutMs);

  const judge = async (held: Held, answer: Answer, durationMs: number): Promise<Settled | 'again'> => {
    if (answer.kind === 'late') {
      observe.late();
      if (held.lost) return 'lost';
      return outlasts(held) ? 'again' : settle.handBack(held, 0);
    }
    deps.took(durationMs);
    const outcome = classify(answer, deps.classify);
    const response = 'status' in answer ? { status: answer.status, text: answer.text } : undefined;
    const { event } = held;
    observe.attempted(outcome, response?.status, durationMs);
    deps.log.info(
      {
        event_id: event.id,
        source: event.source,
        type: event.type,
        target: deps.target,
        attempt: held.attempts + 1,
        outcome: outcome.kind,
        ...('reason' in outcome ? { reason: outcome.reason } : {}),
        status: response?.status ?? 0,
        duration_ms: Math.round(durationMs * 10) / 10,
        trace_id: traceIdOf(event.traceparent),
      },
      'delivery.attempted',
    );
    if ('unknownCode' in outcome) tellUnknown(outcome.unknownCode, outcome.kind);
    if (outcome.kind === 'unauthorised' && !held.refreshed) {
      held.refreshed = true;
      await deps.credential.refresh();
      return 'again';
    }
    return settle.outcome(held, outcome, response);
  };

  return async (held, slot) => {
    const { event, key } = held;
    const input = await deps.makeInput(event, key);
    if (!input.ok) return settle.bury(held, { class: 'refused', reason: input.fault, attempts: held.attempts });
    // A timer may fire early by the age of the loop's clock; a slot may not be used early at all.
    while (now() < slot.dueMs) await wait(Math.ceil(slot.dueMs - now()), neverAborted);
    const startedMs = now();
    const call = {
      input: input.text,
      key,
      traceparent: childOf(event.traceparent, deps.randomBytes),
      ...(event.tracestate === undefined ? {} : { tracestate: event.tracestate }),
      credential: deps.credential.headers(),
    };
    const mayWrite = () => !held.lost && deps.pause.leftMs() === 0 && outlasts(held);
    return judge(held, await deps.dispatch(call, slot, mayWrite), now() - startedMs);
  };
}

const neverAborted = new AbortController().signal;

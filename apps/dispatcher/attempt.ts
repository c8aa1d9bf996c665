import type { Attributes } from '@opentelemetry/api';
import { traceIdOf } from '../shared/tracing.ts';
import type { Log } from '../shared/log.ts';
import { classify, type ClassifyOptions, type Outcome } from './classify.ts';
import { wait } from '../shared/wait.ts';
import { holdMs, spareMs } from './timing.ts';
import type { Credential, HeaderFields } from './credential.ts';
import type { Answer, Call, Dispatch, Operation } from './dispatch.ts';
import type { Held } from './held.ts';
import type { MakeInput } from './input.ts';
import { mask } from './mask.ts';
import type { Observe } from './observe.ts';
import type { Pause } from './pause.ts';
import type { Slot } from './permit.ts';
import type { Reconcile } from './reconcile.ts';
import type { Settle, Settled } from './settle.ts';
import { createUnknownCodes } from './unknown-codes.ts';

export interface AttemptDeps {
  readonly target: string;
  readonly timeoutMs: number;
  readonly pause: Pick<Pause, 'leftMs'>;
  readonly dispatch: Dispatch;
  readonly mutation: Operation;
  /** How calls in doubt are asked for, where they are. */
  readonly reconcile: Reconcile | undefined;
  readonly makeInput: MakeInput;
  readonly credential: Pick<Credential, 'headers' | 'refresh'>;
  readonly classify: ClassifyOptions;
  readonly settle: Pick<Settle, 'bury' | 'found' | 'handBack' | 'outcome'>;
  readonly observe: Pick<Observe, 'attempted' | 'givenUp'>;
  /** Told how long a call took. */
  readonly took: (durationMs: number) => void;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** One use of one slot: settled, or `again` where the event is still in hand and wants another slot. */
export type Attempt = (held: Held, slot: Slot) => Promise<Settled | 'again'>;

export function createAttempt(deps: AttemptDeps): Attempt {
  const { settle, now, observe } = deps;
  const tellUnknown = createUnknownCodes(deps.target, deps.log);

  /** Whether a call that starts now would end, and be settled, before lease or visibility do. */
  const outlasts = (held: Held) => now() - held.holdsFromMs + deps.timeoutMs + spareMs < holdMs(deps.timeoutMs);

  const late = (held: Held): Promise<Settled> | Settled | 'again' => {
    observe.givenUp(held.lost || deps.pause.leftMs() > 0 ? 'stopped' : 'late');
    if (held.lost) return 'lost';
    return outlasts(held) ? 'again' : settle.handBack(held, 0);
  };

  /** Tells of a call, and settles what it came to. */
  const conclude = async (
    held: Held,
    judged: Outcome,
    answer: Exclude<Answer, { kind: 'late' }>,
    durationMs: number,
    credential: HeaderFields,
  ): Promise<Settled | 'again'> => {
    const outcome = mask(judged, credential);
    const response = 'status' in answer ? { status: answer.status, text: answer.text } : undefined;
    const { event } = held;
    observe.attempted(outcome, response?.status, durationMs, held.trip.keptId);
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
      held.doubt ? 'delivery.asked_for' : 'delivery.attempted',
    );
    if ('unknownCode' in outcome) tellUnknown(outcome.unknownCode, outcome.kind);
    if (outcome.kind === 'unauthorised' && !held.refreshed) {
      held.refreshed = true;
      await deps.credential.refresh(credential);
      return 'again';
    }
    const settling = held.trip.step('settle');
    const settled = await settle.outcome(held, outcome, response);
    settling.end({ 'eventgw.outcome': settled });
    return settled;
  };

  const use = async (held: Held, slot: Slot, what: Pick<Call, 'operation' | 'variables' | 'key'>) => {
    // A timer may fire early by the age of the loop's clock; a slot may not be used early at all.
    while (now() < slot.dueMs) await wait(Math.ceil(slot.dueMs - now()), neverAborted);
    held.trip.step('limiter acquire', held.readyMs).end();
    const startedMs = now();
    const { traceparent, tracestate, end } = held.trip.step('POST');
    const credential = deps.credential.headers();
    const call = {
      ...what,
      traceparent,
      ...(tracestate === undefined ? {} : { tracestate }),
      credential,
    };
    const mayWrite = () => !held.lost && deps.pause.leftMs() === 0 && outlasts(held);
    const answer = await deps.dispatch(call, slot, mayWrite);
    const durationMs = now() - startedMs;
    if (answer.kind !== 'late') deps.took(durationMs);
    end(...toldOf(answer, what.operation));
    return { answer, durationMs, credential };
  };

  /** Asks the target for an earlier call; where it says that none arrived, the event may be sent, in another slot. */
  const askFor = async (held: Held, slot: Slot, reconcile: Reconcile): Promise<Settled | 'again'> => {
    const { operation } = reconcile;
    const variables = reconcile.variablesFor(held.event, held.key);
    const { answer, durationMs, credential } = await use(held, slot, { operation, variables });
    if (answer.kind === 'late') return late(held);
    const says = await reconcile.read(answer);
    if (says === undefined) {
      const outcome = classify(answer, { ...deps.classify, field: operation.field, careful: false });
      return conclude(held, toQuestion(outcome), answer, durationMs, credential);
    }
    const { id: event_id } = held.event;
    deps.log.info({ event_id, target: deps.target, says }, 'delivery.asked_for');
    if (says === 'found') return settle.found(held);
    held.doubt = false;
    return 'again';
  };

  return async (held, slot) => {
    const { event, key } = held;
    if (held.doubt && deps.reconcile !== undefined) return askFor(held, slot, deps.reconcile);
    const input = await deps.makeInput(event, key);
    if (!input.ok) return settle.bury(held, { class: 'refused', reason: input.fault, attempts: held.attempts });
    const variables = `{"input":${input.text}}`;
    const called = await use(held, slot, { operation: deps.mutation, variables, key });
    const { answer, durationMs, credential } = called;
    if (answer.kind === 'late') return late(held);
    return conclude(held, classify(answer, deps.classify), answer, durationMs, credential);
  };
}

/** A question changes nothing: what was not answered may be asked again, and what is refused says nothing of the event. */
function toQuestion(outcome: Outcome): Outcome {
  switch (outcome.kind) {
    case 'in_doubt':
      return { kind: 'unavailable', reason: outcome.reason };
    case 'refused':
      return { kind: 'failed', reason: `the question was refused: ${outcome.reason}` };
    case 'delivered':
      return { kind: 'failed', reason: 'the question was answered in a way that `found` cannot read' };
    case 'throttled':
    case 'unavailable':
    case 'failed':
    case 'unauthorised':
      return outcome;
    default:
      return outcome satisfies never;
  }
}

/** What a call's span says of its answer (OpenTelemetry's conventions for HTTP and GraphQL), and whether it failed. */
function toldOf(answer: Answer, { name, type }: Operation): [Attributes, boolean] {
  const operation = {
    'graphql.operation.type': type,
    ...(name === undefined ? {} : { 'graphql.operation.name': name }),
  };
  if (!('status' in answer)) return [{ ...operation, 'error.type': answer.kind }, true];
  const { status } = answer;
  const failed = status >= 400 || answer.kind === 'unreadable';
  const error = failed ? { 'error.type': answer.kind === 'unreadable' ? answer.kind : String(status) } : {};
  return [{ ...operation, 'http.response.status_code': status, ...error }, failed];
}

const neverAborted = new AbortController().signal;

import type { IncomingMessage, ServerResponse } from 'node:http';
import { word, type Log, type Worded } from '../shared/log.ts';
import { traceIdOf } from '../shared/tracing.ts';
import { accept, type AcceptDeps, type Accepted, type Hold } from './accept.ts';
import type { Authenticate } from './authenticate.ts';
import type { Backlog } from './backlog.ts';
import type { Enqueue } from './enqueue.ts';
import type { Enrich, Enriched } from './enrich.ts';
import { answerWithinMs } from './limits.ts';
import type { Observe } from './observe.ts';
import { queueToAll, type Receipt } from './receipt.ts';
import { answerJson, problemOf, refusals, refuse, refused, type Refusal, type Refused } from './refuse.ts';
import type { Route, Routed } from './route.ts';
import type { Allowed, Throttle } from './throttle.ts';
import { beginWith, type RequestTrace, type Traced } from './trace.ts';
import type { Validate, Validated, Validation } from './validate.ts';
import type { VerifyWebhook } from './verify-webhook.ts';

export interface ReceiveDeps {
  readonly authenticate: Authenticate;
  readonly webhooks: ReadonlyMap<string, VerifyWebhook>;
  readonly throttle: Throttle;
  readonly accept: AcceptDeps;
  readonly validate: Validate;
  readonly route: Route;
  readonly admit: Backlog['admit'];
  readonly enrich: Enrich;
  readonly queues: ReadonlyMap<string, Enqueue>;
  readonly observe: Pick<Observe, 'sourceOf' | 'received' | 'sized'>;
  readonly log: Log;
}

/**
 * What is told of an event once its queue has answered, put into words before it goes: by then a hundred others have come, and
 * to reach for its fields, which have left the processor's caches, would cost more than all that is told.
 */
interface Told {
  /** As it is counted. */
  readonly source: string;
  /** What its line begins with. */
  readonly line: Worded;
  /** On the queue. */
  readonly bytes: number;
  /** Where spans are made of it. */
  readonly kept: Traced | undefined;
}

/** A request, the answer that is owed, what is held until then, and the trace of it all. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly hold: Hold;
  readonly trace: RequestTrace;
}

export interface Receive {
  /** Who is it, may they, what is it, is it right, where does it go, is it there. */
  readonly events: (exchange: Exchange, expected: 'one' | 'batch') => Promise<void>;
  /** A webhook is read before it is known whose it is: what is signed is its body. */
  readonly webhook: (exchange: Exchange, name: string) => Promise<void>;
  readonly turnAway: (response: ServerResponse, refusal: Refusal) => void;
}

export function createReceive(deps: ReceiveDeps): Receive {
  const { observe, log } = deps;
  const { now } = deps.accept;

  const turnAway = (response: ServerResponse, refusal: Refusal, more?: Allowed['headers']): void => {
    observe.received(refusal.code);
    const { method, result } = refusal.credential ?? {};
    log.info(
      { outcome: refusal.code, ...(method === undefined ? {} : { auth_method: method, auth_result: result }) },
      'request.refused',
    );
    refuse(response, refusal, more);
  };

  /** Where does each event go, and is it there. */
  const take = (
    { request, response, trace }: Exchange,
    validation: Validation,
    { completeAtMs }: Accepted,
    { headers }: Allowed,
  ): Promise<void> | void => {
    if (!validation.ok) {
      turnAway(response, validation.refusal, headers);
      return;
    }
    const begin = beginWith(trace, request.headers, validation.batch);
    const queue = (event: Validated | Refused) => queueOne(event, begin, completeAtMs);
    if (validation.batch) {
      return Promise.all(validation.events.map(queue)).then((results) => answerBatch(response, results, headers));
    }
    const [event = refused('malformed', 'There is no event')] = validation.events;
    return queue(event).then((result) => {
      if (result.ok) answer(response, 202, result.text, headers);
      else refuse(response, result.refusal, headers);
    });
  };

  const queueOne = (
    event: Validated | Refused,
    begin: (routed: Routed) => Traced,
    completeAtMs: number,
  ): Promise<Receipt | Refused> => {
    const routed = event.ok ? deps.route(event) : event;
    const admitted = routed.ok ? deps.admit(routed) : routed;
    const traced = admitted.ok ? begin(admitted) : admitted;
    const enriched = traced.ok ? deps.enrich(traced) : traced;
    const { source, line, bytes, kept } = describe(event, traced, enriched);
    const tell = (result: Receipt | Refused): Receipt | Refused => {
      const outcome = result.ok ? 'queued' : result.refusal.code;
      observe.received(result.ok ? 'accepted' : result.refusal.code, source);
      if (result.ok) observe.sized(bytes, source);
      const durationMs = Math.round((now() - completeAtMs) * 10) / 10;
      log.info({ outcome, duration_ms: durationMs }, 'event.received', line);
      kept?.trace.end(outcome, spanFields(kept));
      return result;
    };
    // Not awaited: what an async function keeps for so long is cold by the time it goes on.
    return enriched.ok
      ? queueToAll(enriched, deps.queues, completeAtMs + answerWithinMs).then(tell)
      : Promise.resolve(tell(enriched));
  };

  const describe = (event: Validated | Refused, traced: Traced | Refused, enriched: Enriched | Refused): Told => ({
    source: event.ok ? observe.sourceOf(event.source) : 'other',
    line: word(fieldsOf(event, enriched)),
    bytes: enriched.ok ? enriched.bytes : 0,
    kept: traced.ok && traced.trace.kept ? traced : undefined,
  });

  return {
    turnAway,
    async events(exchange, expected) {
      const { request, response, hold } = exchange;
      const known = await deps.authenticate(request);
      if (!known.ok) {
        turnAway(response, known.refusal);
        return;
      }
      const allowed = await deps.throttle(known.sender.name);
      if (!allowed.ok) {
        turnAway(response, allowed.refusal);
        return;
      }
      const accepted = await accept(request, hold, expected, deps.accept);
      if (!accepted.ok) turnAway(response, accepted.refusal, allowed.headers);
      else await take(exchange, deps.validate.events(accepted, known.sender), accepted, allowed);
    },
    async webhook(exchange, name) {
      const { request, response, hold } = exchange;
      const verify = deps.webhooks.get(name);
      if (verify === undefined) {
        turnAway(response, { code: 'not_found', detail: 'There is no webhook of this name: see auth.webhooks' });
        return;
      }
      const accepted = await accept(request, hold, 'webhook', deps.accept);
      if (!accepted.ok) {
        turnAway(response, accepted.refusal);
        return;
      }
      const verified = verify(accepted);
      if (!verified.ok) {
        turnAway(response, verified.refusal);
        return;
      }
      // Only now: whoever cannot sign could use up what the one who can may send.
      const allowed = await deps.throttle(verified.sender.name);
      if (!allowed.ok) {
        turnAway(response, allowed.refusal);
        return;
      }
      await take(exchange, deps.validate.webhook({ ...accepted, ...verified }, verified.sender), accepted, allowed);
    },
  };
}

/** One wide line per event; its payload never. */
function fieldsOf(event: Validated | Refused, enriched: Enriched | Refused) {
  return {
    event_id: event.ok ? event.id : event.refusal.eventId,
    source: event.ok ? event.source : undefined,
    type: event.ok ? event.type : undefined,
    sender: event.ok ? event.sender.name : undefined,
    targets: enriched.ok ? enriched.targets : undefined,
    trace_id: enriched.ok ? traceIdOf(enriched.event.traceparent) : undefined,
  };
}

function spanFields({ event, targets }: Traced) {
  return {
    'messaging.destination.name': targets.join(' '),
    'cloudevents.event_id': event.id,
    'cloudevents.event_source': event.source,
    'cloudevents.event_type': event.type,
    'cloudevents.event_spec_version': '1.0',
  };
}

function answerBatch(
  response: ServerResponse,
  results: readonly (Receipt | Refused)[],
  headers: Allowed['headers'],
): void {
  const all = results.every(({ ok }) => ok);
  const retry = results.some((result) => !result.ok && refusals[result.refusal.code].status === 503);
  const texts = results.map((result) => (result.ok ? result.text : JSON.stringify(problemOf(result.refusal))));
  answer(
    response,
    all ? 202 : 207,
    `{"results":[${texts.join(',')}]}`,
    retry ? [...headers, 'retry-after', '1'] : headers,
  );
}

function answer(response: ServerResponse, status: number, text: string, headers: Allowed['headers']): void {
  answerJson(response, status, 'application/json', text, headers);
}

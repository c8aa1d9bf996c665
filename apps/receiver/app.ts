import type { RequestListener } from 'node:http';
import express, { type Request, type Response } from 'express';
import { nameError, type Log } from '../shared/log.ts';
import { traceIdOf } from '../shared/tracing.ts';
import { accept, type AcceptDeps } from './accept.ts';
import type { Authenticate } from './authenticate.ts';
import type { Backlog } from './backlog.ts';
import type { Cors } from './cors.ts';
import type { Enqueue } from './enqueue.ts';
import type { Enrich, Enriched } from './enrich.ts';
import { answerWithinMs, maxRequests } from './limits.ts';
import type { Observe } from './observe.ts';
import { queueToAll, type Receipt } from './receipt.ts';
import { problemOf, refusals, refuse, refused, type Refusal, type Refused } from './refuse.ts';
import type { Route, Routed } from './route.ts';
import type { Throttle } from './throttle.ts';
import { beginWith, type RequestTrace, type Traced, type TraceRequest } from './trace.ts';
import type { Validate, Validated } from './validate.ts';

export interface ReceiverDeps {
  readonly cors: Cors;
  readonly authenticate: Authenticate;
  readonly throttle: Throttle;
  readonly accept: AcceptDeps;
  readonly validate: Validate;
  readonly route: Route;
  readonly admit: Backlog['admit'];
  readonly enrich: Enrich;
  readonly queues: ReadonlyMap<string, Enqueue>;
  readonly openapi: unknown;
  readonly trace: TraceRequest;
  readonly observe: Pick<Observe, 'answered' | 'received' | 'sized'>;
  readonly stopping: () => boolean;
  readonly log: Log;
}

export interface Receiver {
  readonly listener: RequestListener;
  readonly inFlight: () => number;
}

export function createReceiver(deps: ReceiverDeps): Receiver {
  const { observe, log } = deps;
  const { now } = deps.accept;
  let inFlight = 0;

  /** The story of a request: who is it, may they, what is it, is it right, where does it go, is it there. */
  const receive = async (request: Request, response: Response, trace: RequestTrace, batch: boolean): Promise<void> => {
    const known = deps.authenticate(request);
    if (!known.ok) {
      turnAway(response, known.refusal);
      return;
    }
    const allowed = await deps.throttle(known.sender);
    if (!allowed.ok) {
      turnAway(response, allowed.refusal);
      return;
    }
    for (const [name, value] of Object.entries(allowed.headers)) response.setHeader(name, value);
    const accepted = await accept(request, batch, deps.accept);
    if (!accepted.ok) {
      turnAway(response, accepted.refusal);
      return;
    }
    const validation = deps.validate({ ...accepted, sender: known.sender });
    if (!validation.ok) {
      turnAway(response, validation.refusal);
      return;
    }

    const begin = beginWith(trace, request.headers, validation.batch);
    const queue = (event: Validated | Refused) => queueOne(event, begin, accepted.completeAtMs);
    const results = await Promise.all(validation.events.map(queue));
    const [first] = results;
    if (validation.batch) answerBatch(response, results);
    else if (first?.ok === true) answer(response, 202, receiptOf(first));
    else refuse(response, first?.refusal ?? refused('malformed', 'There is no event').refusal);
  };

  const queueOne = async (
    event: Validated | Refused,
    begin: (routed: Routed) => Traced,
    completeAtMs: number,
  ): Promise<Receipt | Refused> => {
    const routed = event.ok ? deps.route(event) : event;
    const admitted = routed.ok ? deps.admit(routed) : routed;
    const traced = admitted.ok ? begin(admitted) : admitted;
    const enriched = traced.ok ? deps.enrich(traced) : traced;
    const withinMs = completeAtMs + answerWithinMs - now();
    const result = enriched.ok ? await queueToAll(enriched, deps.queues, withinMs) : enriched;
    observe.received(result.ok ? 'accepted' : result.refusal.code, event.ok ? event.source : undefined);
    if (result.ok && enriched.ok) observe.sized(enriched.bytes, enriched.event.source);
    const durationMs = Math.round((now() - completeAtMs) * 10) / 10;
    const fields = fieldsOf(event, enriched, result);
    log.info({ ...fields, duration_ms: durationMs }, 'event.received');
    if (traced.ok && traced.trace.kept) traced.trace.end(fields.outcome, spanFields(traced));
    return result;
  };

  const turnAway = (response: Response, refusal: Refusal): void => {
    observe.received(refusal.code);
    log.info({ outcome: refusal.code }, 'request.refused');
    refuse(response, refusal);
  };

  type Work = (request: Request, response: Response, trace: RequestTrace) => Promise<void> | void;
  const handle = (route: string, work: Work) => {
    return async (request: Request, response: Response): Promise<void> => {
      const startedMs = now();
      const trace = deps.trace({ method: request.method, route, startedMs });
      response.on('close', () => {
        trace.end(response.statusCode);
        observe.answered(request.method, route, response.statusCode, (now() - startedMs) / 1_000, trace.keptId());
        // A request that was under way when the stop came was promised keep-alive, and would hold the stop for as long.
        if (deps.stopping()) request.socket.destroySoon();
      });
      if (deps.stopping()) response.setHeader('connection', 'close');
      const barred = deps.cors(request, response);
      if (barred === 'answered') return;
      if (barred !== undefined) {
        turnAway(response, barred);
        return;
      }
      if (inFlight >= maxRequests) {
        turnAway(response, {
          code: 'saturated',
          detail: 'Too many requests are under way: send it again in a moment',
        });
        return;
      }
      inFlight++;
      try {
        await work(request, response, trace);
      } catch (error) {
        log.error({ error: nameError(error), stack: stackOf(error) }, 'request.broke');
        if (!response.headersSent)
          refuse(response, { code: 'internal', detail: 'This is our mistake, and it is logged' });
      } finally {
        inFlight--;
      }
    };
  };

  const only = (methods: string) =>
    handle('other', (_request, response) =>
      turnAway(response, {
        code: 'method_not_allowed',
        detail: `This path takes ${methods}`,
        headers: { allow: methods },
      }),
    );

  const app = express();
  // Each of these costs every request and serves none here: a third of the throughput together.
  app.disable('etag').disable('x-powered-by').set('query parser', false);
  app.post(
    '/events',
    handle('/events', (request, response, trace) => receive(request, response, trace, isBatch(request))),
  );
  app.post(
    '/events/batch',
    handle('/events/batch', (request, response, trace) => receive(request, response, trace, true)),
  );
  app.all(['/events', '/events/batch'], only('POST'));
  app.get(
    '/openapi.json',
    handle('/openapi.json', (_request, response) => answer(response, 200, deps.openapi)),
  );
  app.all('/openapi.json', only('GET'));
  const notFound = handle('other', (_request, response) =>
    turnAway(response, {
      code: 'not_found',
      detail: 'There is POST /events, POST /events/batch and GET /openapi.json here',
    }),
  );
  return {
    // What no route took comes back, also where Express cannot read the path and would answer with a page of its own.
    listener: (request, response) =>
      app(request as Request, response as Response, () => void notFound(request as Request, response as Response)),
    inFlight: () => inFlight,
  };
}

/** Some clients know one address only, and post batches to it too; their content type says so. */
function isBatch(request: Request): boolean {
  return (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/cloudevents-batch+json');
}

/** One wide line per event; its payload never. */
function fieldsOf(event: Validated | Refused, enriched: Enriched | Refused, result: Receipt | Refused) {
  return {
    ...(event.ok
      ? { event_id: event.id, source: event.source, type: event.type, sender: event.sender }
      : { event_id: event.refusal.eventId }),
    ...(enriched.ok ? { targets: enriched.targets, trace_id: traceIdOf(enriched.event.traceparent) } : {}),
    outcome: result.ok ? 'queued' : result.refusal.code,
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

function receiptOf({ id, status, targets }: Receipt) {
  return { id, status, targets };
}

function answerBatch(response: Response, results: readonly (Receipt | Refused)[]): void {
  const all = results.every(({ ok }) => ok);
  const retry = results.some((result) => !result.ok && refusals[result.refusal.code].status === 503);
  if (retry) response.setHeader('retry-after', '1');
  answer(response, all ? 202 : 207, {
    results: results.map((result) => (result.ok ? receiptOf(result) : problemOf(result.refusal))),
  });
}

function answer(response: Response, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function stackOf(error: unknown): string | undefined {
  // Frames only: the first line of a stack is the message, which may quote a payload.
  return error instanceof Error ? error.stack?.split('\n').slice(1).join('\n') : undefined;
}

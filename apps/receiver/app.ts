import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import { nameError, stackOf, type Log } from '../shared/log.ts';
import type { Cors } from './cors.ts';
import { maxRequests } from './limits.ts';
import type { Observe } from './observe.ts';
import type { Exchange, Receive } from './receive.ts';
import { answerJson, refuse } from './refuse.ts';
import type { TraceRequest } from './trace.ts';

export interface ReceiverDeps {
  readonly cors: Cors;
  readonly receive: Receive;
  readonly openapi: unknown;
  readonly trace: TraceRequest;
  /** Reserves memory for a body; false when too much is reserved already. */
  readonly reserveBytes: (bytes: number) => boolean;
  readonly releaseBytes: (bytes: number) => void;
  readonly observe: Pick<Observe, 'answered'>;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly stopping: () => boolean;
  /** Whether no queue could take an event in time. */
  readonly isSaturated: () => boolean;
  readonly shed: (response: ServerResponse) => void;
  readonly log: Log;
}

export interface Receiver {
  readonly listener: RequestListener;
  readonly inFlight: () => number;
}

export function createReceiver(deps: ReceiverDeps): Receiver {
  const { observe, now, log } = deps;
  const { turnAway } = deps.receive;
  let inFlight = 0;

  type Work = (exchange: Exchange) => Promise<void> | void;
  const handle = (route: string, work: Work) => {
    return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const startedMs = now();
      const { method = '' } = request;
      const trace = deps.trace({ method, route, startedMs });
      let heldBytes = 0;
      const hold = (bytes: number): boolean => {
        if (!deps.reserveBytes(bytes)) return false;
        heldBytes += bytes;
        return true;
      };
      response.on('close', () => {
        deps.releaseBytes(heldBytes);
        trace.end(response.statusCode);
        observe.answered(method, route, response.statusCode, (now() - startedMs) / 1_000, trace.keptId());
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
        await work({ request, response, hold, trace });
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
    handle('other', ({ response }) =>
      turnAway(response, {
        code: 'method_not_allowed',
        detail: `This path takes ${methods}`,
        headers: { allow: methods },
      }),
    );

  // Made once: whoever asks in fifty bytes, as often as a connection takes, would else have all of it made each time.
  const openapi = Buffer.from(JSON.stringify(deps.openapi));
  const takeEvents = handle('/events', (exchange) =>
    deps.receive.events(exchange, isBatch(exchange.request) ? 'batch' : 'one'),
  );
  const openRouter = async (): Promise<Express> => {
    const { default: express } = await import('express');
    const app = express();
    // Each of these costs every request and serves none here: a third of the throughput together.
    app.disable('etag').disable('x-powered-by').set('query parser', false);
    app.post('/events', takeEvents);
    app.post(
      '/events/batch',
      handle('/events/batch', (exchange) => deps.receive.events(exchange, 'batch')),
    );
    app.post('/webhooks/:name', (request, response) =>
      handle('/webhooks', (exchange) => deps.receive.webhook(exchange, request.params.name))(request, response),
    );
    app.all(['/events', '/events/batch', '/webhooks/:name'], only('POST'));
    app.get(
      '/openapi.json',
      handle('/openapi.json', ({ response }) => {
        answerJson(response, 200, 'application/json', openapi);
      }),
    );
    app.all('/openapi.json', only('GET'));
    return app;
  };
  /** Opened by the first request that needs it: loading it takes a part of every start. */
  let router: Promise<Express> | undefined;
  const notFound = handle('other', ({ response }) =>
    turnAway(response, {
      code: 'not_found',
      detail: 'There is POST /events, POST /events/batch, POST /webhooks/{name} and GET /openapi.json here',
    }),
  );
  return {
    listener: (request, response) => {
      // What nearly every request asks for is found without a router. A browser is not shed: it could not read why.
      if (request.method === 'POST' && request.url === '/events') {
        const isCheap = request.headers.origin === undefined && !deps.stopping();
        if (isCheap && deps.isSaturated()) deps.shed(response);
        else void takeEvents(request, response);
      }
      // What no route took comes back, also where Express cannot read the path and would answer with a page of its own.
      else {
        router ??= openRouter();
        const passOn = () => void notFound(request, response);
        void router.then((app) => app(request as Request, response as Response, passOn));
      }
    },
    inFlight: () => inFlight,
  };
}

/** Some clients know one address only, and post batches to it too; their content type says so. */
function isBatch(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/cloudevents-batch+json');
}

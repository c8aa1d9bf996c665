import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RefusalCode } from './refuse.ts';

/** What the receiver tells of itself, as metrics. Labels are routes and codes: closed lists. */
export interface Observe {
  readonly answered: (method: string, route: string, status: number, seconds: number) => void;
  readonly received: (result: 'accepted' | RefusalCode) => void;
  readonly sent: (queue: string, result: string, seconds: number) => void;
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createObserve(registry: Registry, inFlight: () => number): Observe {
  const registers = [registry];
  const requests = new Histogram({
    name: 'eventgw_http_request_duration_seconds',
    help: 'Requests, from their first byte to the answer',
    labelNames: ['method', 'route', 'code'],
    buckets: seconds,
    registers,
  });
  const events = new Counter({
    name: 'eventgw_events_received_total',
    help: 'Events by result',
    labelNames: ['result'],
    registers,
  });
  events.inc({ result: 'accepted' }, 0);
  const sends = new Histogram({
    name: 'eventgw_enqueue_duration_seconds',
    help: 'Requests to SQS',
    labelNames: ['queue', 'result'],
    buckets: seconds,
    registers,
  });
  new Gauge({
    name: 'eventgw_http_inflight_requests',
    help: 'Requests under way',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  const methods = new Set(['GET', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'HEAD', 'PATCH']);
  return {
    answered(method, route, status, took) {
      requests.observe({ method: methods.has(method) ? method : 'other', route, code: String(status) }, took);
    },
    received(result) {
      events.inc({ result });
    },
    sent(queue, result, took) {
      sends.observe({ queue, result }, took);
    },
  };
}

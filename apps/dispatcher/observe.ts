import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { GatewayEvent } from '../shared/event.ts';
import type { Outcome } from './classify.ts';
import type { Message } from './held.ts';
import type { Permit } from './permit.ts';
import type { Settled } from './settle.ts';

/** What the steps tell of themselves, as metrics. Labels hold names from configuration and closed lists only. */
export interface Observe {
  received(message: Message, event: GatewayEvent): void;
  permit(permit: Permit, durationMs: number): void;
  late(): void;
  attempted(outcome: Outcome, status: number | undefined, durationMs: number): void;
  settled(settled: Settled, event?: GatewayEvent): void;
}

const httpSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const redisSeconds = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.05, 0.1, 0.2];
const queueSeconds = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400];

export function createObserve(
  registry: Registry,
  target: string,
  now: () => number,
  figures: { inHand: () => number; pausedMs: () => number; sharing: () => boolean; circuitOpen: () => boolean },
): Observe {
  const registers = [registry];
  const attempts = new Counter({
    name: 'eventgw_delivery_attempts_total',
    help: 'Calls to the target by what their answer meant',
    labelNames: ['target', 'outcome'],
    registers,
  });
  const completed = new Counter({
    name: 'eventgw_events_completed_total',
    help: 'Messages by how they were settled',
    labelNames: ['target', 'outcome'],
    registers,
  });
  const permits = new Counter({
    name: 'eventgw_limiter_acquire_total',
    help: 'Reservations by result; late counts slots that were given up',
    labelNames: ['target', 'result'],
    registers,
  });
  const roundTrip = new Histogram({
    name: 'eventgw_limiter_backend_duration_seconds',
    help: 'Reservations, from the question to the reply; the margin should be well above',
    labelNames: ['target'],
    buckets: redisSeconds,
    registers,
  });
  const degraded = new Gauge({
    name: 'eventgw_limiter_degraded',
    help: '1 while Redis does not answer the limiter: by mode, no calls are made or the share is spent',
    labelNames: ['target', 'mode'],
    registers,
  });
  const duration = new Histogram({
    name: 'eventgw_target_request_duration_seconds',
    help: 'Calls to the target, from the slot to the end of the answer',
    labelNames: ['target', 'code'],
    buckets: httpSeconds,
    registers,
  });
  const queueWait = new Histogram({
    name: 'eventgw_message_queue_wait_seconds',
    help: 'From the receiver to the first receive',
    labelNames: ['target'],
    buckets: queueSeconds,
    registers,
  });
  const endToEnd = new Histogram({
    name: 'eventgw_event_end_to_end_seconds',
    help: 'From the receiver to the end of the event',
    labelNames: ['target', 'outcome'],
    buckets: queueSeconds,
    registers,
  });
  new Gauge({
    name: 'eventgw_dispatcher_inflight_messages',
    help: 'Messages in hand',
    registers,
    collect() {
      this.set(figures.inHand());
    },
  });
  new Gauge({
    name: 'eventgw_target_paused_seconds',
    help: 'What is left of the pause of the fleet',
    labelNames: ['target'],
    registers,
    collect() {
      this.set({ target }, figures.pausedMs() / 1_000);
    },
  });
  new Gauge({
    name: 'eventgw_target_circuit_open',
    help: '1 while the target is not there: nothing is received but by the probe',
    labelNames: ['target'],
    registers,
    collect() {
      this.set({ target }, figures.circuitOpen() ? 1 : 0);
    },
  });
  const ageSeconds = ({ receivedAt }: GatewayEvent) => Math.max(0, (now() - Date.parse(receivedAt)) / 1_000);
  return {
    received({ receiveCount }, event) {
      if (receiveCount === 1) queueWait.observe({ target }, ageSeconds(event));
    },
    permit({ kind }, durationMs) {
      permits.inc({ target, result: kind });
      roundTrip.observe({ target }, durationMs / 1_000);
      const sharing = figures.sharing();
      degraded.set({ target, mode: 'closed' }, kind === 'gone' && !sharing ? 1 : 0);
      degraded.set({ target, mode: 'share' }, sharing ? 1 : 0);
    },
    late() {
      permits.inc({ target, result: 'late' });
    },
    attempted({ kind }, status, durationMs) {
      attempts.inc({ target, outcome: kind });
      duration.observe({ target, code: status === undefined ? 'none' : String(status) }, durationMs / 1_000);
    },
    settled(outcome, event) {
      completed.inc({ target, outcome });
      if (event !== undefined && (outcome === 'delivered' || outcome === 'dead_lettered')) {
        endToEnd.observe({ target, outcome }, ageSeconds(event));
      }
    },
  };
}

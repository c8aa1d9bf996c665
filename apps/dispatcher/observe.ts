import type { GatewayEvent } from '../shared/event.ts';
import { createMetrics, type MetricsRegistry } from '../shared/metrics.ts';
import type { Outcome } from './classify.ts';
import type { Held, Message } from './held.ts';
import type { Claim, DeadClass } from './ledger.ts';
import { dispatcherMetrics } from './metrics.ts';
import type { Permit } from './permit.ts';
import type { Settled } from './settle.ts';

/** What the steps tell of themselves, as metrics. Labels hold names from configuration and closed lists only. */
export interface Observe {
  polled(result: number | 'error'): void;
  received(message: Message, event: GatewayEvent): void;
  claimed(result: Claim['kind'] | 'gone'): void;
  renewed(result: 'renewed' | 'failed', count: number): void;
  permit(permit: Permit, durationMs: number): void;
  /** How long a message was ready before the slot that it has now. */
  waited(ms: number): void;
  givenUp(why: 'late' | 'stopped'): void;
  attempted(outcome: Outcome, status: number | undefined, durationMs: number, traceId?: string): void;
  buried(kind: DeadClass): void;
  settled(settled: Settled, event?: GatewayEvent, traceId?: string): void;
}

export interface ObserveOptions {
  readonly registry: MetricsRegistry;
  readonly target: string;
  readonly version: string;
  readonly node: string;
  readonly concurrency: number;
  readonly inHand: () => readonly Held[];
  readonly sharing: () => boolean;
  readonly redisUp: () => boolean;
  /** Wall clock, ms. */
  readonly clock: () => number;
}

export function createObserve(options: ObserveOptions): Observe {
  const { registry, target, version, node, concurrency, inHand, sharing, redisUp, clock } = options;
  const metrics = createMetrics(registry, dispatcherMetrics, { target: [target], source: [] });
  metrics.eventgw_build_info.set({ app: 'dispatcher', version, node }, 1);
  metrics.eventgw_redis_up.read({ app: 'dispatcher' }, () => (redisUp() ? 1 : 0));
  metrics.eventgw_dispatcher_inflight_messages.read({ target }, () => inHand().length);
  metrics.eventgw_dispatcher_concurrency_limit.set({ target }, concurrency);
  metrics.eventgw_last_delivery_timestamp_seconds.set({ target }, 0);
  metrics.eventgw_limiter_degraded.set({ target, mode: 'closed' }, 0);
  metrics.eventgw_limiter_degraded.set({ target, mode: 'share' }, 0);
  const ageSeconds = ({ receivedAt }: GatewayEvent) => Math.max(0, (clock() - Date.parse(receivedAt)) / 1_000);
  return {
    polled(result) {
      const brought = typeof result === 'number' ? (result > 0 ? 'messages' : 'empty') : result;
      metrics.eventgw_receive_calls_total.inc({ target, result: brought });
      if (typeof result === 'number') metrics.eventgw_messages_received_total.inc({ target }, result);
    },
    received({ receiveCount }, event) {
      metrics.eventgw_message_receive_count.observe({ target }, receiveCount);
      if (receiveCount === 1) metrics.eventgw_message_queue_wait_seconds.observe({ target }, ageSeconds(event));
    },
    claimed(result) {
      metrics.eventgw_ledger_claims_total.inc({ target, result });
    },
    renewed(result, count) {
      metrics.eventgw_holds_renewed_total.inc({ target, result }, count);
    },
    permit(permit, durationMs) {
      const { kind } = permit;
      metrics.eventgw_limiter_acquire_total.inc({ target, result: kind });
      metrics.eventgw_limiter_backend_duration_seconds.observe({ target }, durationMs / 1_000);
      if (kind === 'slots') {
        const granted = permit.slots.filter((slot) => slot !== undefined).length;
        metrics.eventgw_limiter_slots_total.inc({ target, result: 'granted' }, granted);
      }
      const shares = sharing();
      metrics.eventgw_limiter_degraded.set({ target, mode: 'closed' }, kind === 'gone' && !shares ? 1 : 0);
      metrics.eventgw_limiter_degraded.set({ target, mode: 'share' }, shares ? 1 : 0);
    },
    waited(ms) {
      metrics.eventgw_limiter_wait_seconds.observe({ target }, Math.max(0, ms) / 1_000);
    },
    givenUp(why) {
      metrics.eventgw_limiter_slots_total.inc({ target, result: why });
    },
    attempted({ kind }, status, durationMs, traceId) {
      metrics.eventgw_delivery_attempts_total.inc({ target, outcome: kind });
      const code = status === undefined ? 'none' : String(status);
      metrics.eventgw_target_request_duration_seconds.observe({ target, code }, durationMs / 1_000, traceId);
    },
    buried(kind) {
      metrics.eventgw_events_dead_lettered_total.inc({ target, class: kind });
    },
    settled(outcome, event, traceId) {
      switch (outcome) {
        case 'delivered':
        case 'dead_lettered':
          metrics.eventgw_events_completed_total.inc({ target, outcome });
          if (outcome === 'delivered') metrics.eventgw_last_delivery_timestamp_seconds.set({ target }, clock() / 1_000);
          if (event) metrics.eventgw_event_end_to_end_seconds.observe({ target, outcome }, ageSeconds(event), traceId);
          return;
        case 'duplicate':
          metrics.eventgw_events_completed_total.inc({ target, outcome });
          return;
        case 'parked':
        case 'sent_anew':
        case 'lost':
          metrics.eventgw_messages_returned_total.inc({ target, outcome });
          return;
        default:
          outcome satisfies never;
      }
    },
  };
}

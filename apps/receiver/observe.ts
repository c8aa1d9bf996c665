import { createMetrics, type KnownNames, type Metrics, type MetricsRegistry } from '../shared/metrics.ts';
import type { RedisItself } from './ask-redis.ts';
import type { Attempted, AuthMethod } from './authenticate.ts';
import { maxRequests } from './limits.ts';
import { pauseReasons, receiverMetrics } from './metrics.ts';
import type { RefusalCode } from './refuse.ts';
import type { Seen } from './look.ts';

/** What the receiver tells of itself, and of queues and fleets, as metrics. */
export interface Observe {
  /** `traceId`: of the request, where its trace is kept. */
  readonly answered: (method: string, route: string, status: number, seconds: number, traceId?: string) => void;
  /** What an event's source is counted as. */
  readonly sourceOf: (source: string) => string;
  /** `source`, here and below: as {@link Observe.sourceOf} gives it. */
  readonly received: (result: 'accepted' | RefusalCode, source?: string) => void;
  readonly sized: (bytes: number, source: string) => void;
  readonly authenticated: (method: AuthMethod, result: Attempted) => void;
  readonly usedKey: (name: string, id: string) => void;
  readonly sent: (target: string, result: 'queued' | 'failed', seconds: number) => void;
  readonly saw: (target: string, seen: Seen) => void;
  readonly sawNothing: (target: string, role: 'main' | 'dlq') => void;
  readonly sawRedis: (itself: RedisItself) => void;
}

/** What the configuration says of a target. */
export interface Expected {
  /** In the long run. */
  readonly callsPerSecond: number;
  readonly latencySeconds: number;
}

export interface ObserveOptions {
  readonly registry: MetricsRegistry;
  readonly names: KnownNames;
  readonly version: string;
  readonly node: string;
  readonly inFlight: () => number;
  readonly redisUp: () => boolean;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly expected: ReadonlyMap<string, Expected>;
}

export function createObserve({
  registry,
  names,
  version,
  node,
  inFlight,
  redisUp,
  clock,
  expected,
}: ObserveOptions): Observe {
  const metrics = createMetrics(registry, receiverMetrics, names);
  metrics.eventgw_build_info.set({ app: 'receiver', version, node }, 1);
  metrics.eventgw_redis_up.read({ app: 'receiver' }, () => (redisUp() ? 1 : 0));
  metrics.eventgw_http_inflight_requests.read({}, inFlight);
  metrics.eventgw_http_inflight_requests_limit.set({}, maxRequests);
  for (const [target, { callsPerSecond, latencySeconds }] of expected) {
    metrics.eventgw_limit_calls_per_second.set({ target }, callsPerSecond);
    metrics.eventgw_target_latency_expected_seconds.set({ target }, latencySeconds);
  }
  const sources = new Map(names.source.map((source) => [source, source]));
  // Told at each request, and read at a scrape.
  const used = new Map<string, { readonly name: string; readonly atMs: number }>();
  metrics.eventgw_api_key_last_used_timestamp_seconds.readAll(() =>
    used.entries().map(([id, { name, atMs }]) => [{ name, id }, atMs / 1_000] as const),
  );
  return {
    answered(method, route, status, seconds, traceId) {
      metrics.eventgw_http_request_duration_seconds.observe({ method, route, code: String(status) }, seconds, traceId);
    },
    sourceOf: (source) => sources.get(source) ?? 'other',
    received(result, source = 'other') {
      metrics.eventgw_events_received_total.inc({ source, result });
    },
    sized(bytes, source) {
      metrics.eventgw_event_size_bytes.observe({ source }, bytes);
    },
    authenticated(method, result) {
      metrics.eventgw_auth_attempts_total.inc({ method, result });
    },
    usedKey(name, id) {
      used.set(id, { name, atMs: clock() });
    },
    sent(target, result, seconds) {
      metrics.eventgw_enqueue_duration_seconds.observe({ target, result }, seconds);
    },
    saw: (target, seen) => tell(metrics, target, seen, expected.get(target)?.callsPerSecond ?? 0),
    sawNothing(target, role) {
      metrics.eventgw_queue_look_errors_total.inc({ target, role });
    },
    sawRedis({ memory, clockOffsetMs }) {
      metrics.eventgw_clock_offset_seconds.set({}, clockOffsetMs / 1_000);
      if (memory === undefined) return;
      metrics.eventgw_redis_memory_used_bytes.set({}, memory.usedBytes);
      metrics.eventgw_redis_memory_limit_bytes.set({}, memory.limitBytes);
    },
  };
}

function tell(metrics: Metrics<typeof receiverMetrics>, target: string, seen: Seen, callsPerSecond: number): void {
  const { depth, letters, fleet, ageMs, atMs } = seen;
  for (const [role, each] of [
    ['main', depth],
    ['dlq', letters],
  ] as const) {
    if (each === undefined) continue;
    metrics.eventgw_queue_messages.set({ target, role, state: 'visible' }, each.visible);
    metrics.eventgw_queue_messages.set({ target, role, state: 'in_flight' }, each.inFlight);
    metrics.eventgw_queue_messages.set({ target, role, state: 'delayed' }, each.delayed);
  }
  metrics.eventgw_queue_retention_seconds.set({ target }, depth.retentionMs / 1_000);
  metrics.eventgw_queue_oldest_event_age_seconds.set({ target }, ageMs / 1_000);
  metrics.eventgw_queue_look_last_success_timestamp_seconds.set({ target }, atMs / 1_000);
  const waiting = depth.visible + depth.inFlight + depth.delayed;
  metrics.eventgw_backlog_drain_seconds.set({ target }, waiting / callsPerSecond);
  if (fleet === undefined) return;
  const { pause, circuitOpenMs } = fleet;
  const known = pauseReasons.find((reason) => reason === pause?.reason) ?? 'other';
  for (const reason of pauseReasons) {
    metrics.eventgw_target_paused.set({ target, reason }, pause !== undefined && reason === known ? 1 : 0);
  }
  metrics.eventgw_target_paused_until_timestamp_seconds.set(
    { target },
    pause === undefined ? 0 : (atMs + pause.leftMs) / 1_000,
  );
  metrics.eventgw_target_circuit_open.set({ target }, circuitOpenMs === undefined ? 0 : 1);
}

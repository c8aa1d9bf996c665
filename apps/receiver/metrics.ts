import { commonMetrics, httpSeconds, statusCodes, type MetricTable } from '../shared/metrics.ts';
import { attempted, authMethods } from './authenticate.ts';
import { refusals, type RefusalCode } from './refuse.ts';

const results = ['accepted', ...(Object.keys(refusals) as RefusalCode[])] as const;

/** Why a fleet is stopped: its target throttles it, refuses its credential, or does not answer. */
export const pauseReasons = ['throttled', 'unauthorised', 'other'] as const;

/** What a receiver tells. It is always there, so that queue and fleet are seen where no dispatcher runs. */
export const receiverMetrics = {
  ...commonMetrics,
  eventgw_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Requests, from their head to the end of the answer',
    labels: {
      method: ['GET', 'POST', 'OPTIONS', 'other'],
      route: ['/events', '/events/batch', '/webhooks', '/openapi.json', 'other'],
      code: statusCodes,
    },
    buckets: httpSeconds,
    sparse: true,
  },
  eventgw_http_inflight_requests: { type: 'gauge', help: 'Requests under way', labels: {} },
  eventgw_http_inflight_requests_limit: {
    type: 'gauge',
    help: 'Requests that may be under way at once; one more is turned away as saturated',
    labels: {},
  },
  eventgw_events_received_total: {
    type: 'counter',
    help: 'Events by what they were answered with; requests that hold none that can be read count as one',
    labels: { source: 'source', result: results },
  },
  eventgw_event_size_bytes: {
    type: 'histogram',
    help: 'Accepted events, as they are on the queue',
    labels: { source: 'source' },
    buckets: [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576],
  },
  eventgw_auth_attempts_total: {
    type: 'counter',
    help: 'Credentials shown, by what was found',
    labels: { method: authMethods, result: attempted },
  },
  eventgw_api_key_last_used_timestamp_seconds: {
    type: 'gauge',
    help: 'When an API key last opened, as seconds since 1970; a key that nobody used since the start is not there',
    labels: { name: 'key', id: 'key' },
    sparse: true,
  },
  eventgw_enqueue_duration_seconds: {
    type: 'histogram',
    help: 'Requests to SQS that carry up to ten events',
    labels: { target: 'target', result: ['queued', 'failed'] },
    buckets: httpSeconds,
  },
  eventgw_queue_messages: {
    type: 'gauge',
    help: 'Messages in the queue (main) and the dead-letter queue (dlq) of a target, as SQS estimates them',
    labels: { target: 'target', role: ['main', 'dlq'], state: ['visible', 'in_flight', 'delayed'] },
  },
  eventgw_queue_retention_seconds: {
    type: 'gauge',
    help: 'How long the queue keeps a message',
    labels: { target: 'target' },
  },
  eventgw_queue_oldest_event_age_seconds: {
    type: 'gauge',
    help: 'How long the oldest event that is not settled waits by now: 0 while nothing waits. Unlike the age of SQS, events that were received often count',
    labels: { target: 'target' },
  },
  eventgw_queue_look_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the depth of the queue was last read, as seconds since 1970',
    labels: { target: 'target' },
  },
  eventgw_queue_look_errors_total: {
    type: 'counter',
    help: 'Looks at a queue that SQS did not answer',
    labels: { target: 'target', role: ['main', 'dlq'] },
  },
  eventgw_backlog_drain_seconds: {
    type: 'gauge',
    help: 'How long the backlog takes at the limit of the target, if nothing is added and nothing fails',
    labels: { target: 'target' },
  },
  eventgw_limit_calls_per_second: {
    type: 'gauge',
    help: 'Calls a second that the limit of the target allows in the long run, as configured',
    labels: { target: 'target' },
  },
  eventgw_target_latency_expected_seconds: {
    type: 'gauge',
    help: '95th percentile of the calls to the target that the configuration expects',
    labels: { target: 'target' },
  },
  eventgw_target_paused: {
    type: 'gauge',
    help: '1 while the whole fleet pauses, by the reason, as Redis said last',
    labels: { target: 'target', reason: pauseReasons },
  },
  eventgw_target_paused_until_timestamp_seconds: {
    type: 'gauge',
    help: 'When the pause of the fleet ends, as seconds since 1970; 0 without one',
    labels: { target: 'target' },
  },
  eventgw_target_circuit_open: {
    type: 'gauge',
    help: '1 while the target is taken for gone: nothing is received but by the probe',
    labels: { target: 'target' },
  },
  eventgw_redis_memory_used_bytes: {
    type: 'gauge',
    help: 'What Redis holds, the ledgers of all targets among it',
    labels: {},
  },
  eventgw_redis_memory_limit_bytes: {
    type: 'gauge',
    help: 'maxmemory of Redis, or the memory of its machine where it has none',
    labels: {},
  },
  eventgw_clock_offset_seconds: {
    type: 'gauge',
    help: 'The clock of this pod less that of Redis',
    labels: {},
  },
} as const satisfies MetricTable;

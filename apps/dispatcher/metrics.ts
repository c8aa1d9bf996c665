import { commonMetrics, httpSeconds, queueSeconds, statusCodes, type MetricTable } from '../shared/metrics.ts';
import { deadClasses } from './ledger.ts';

/** What a dispatcher tells. Its counters end with it: rates over all pods are what to look at. */
export const dispatcherMetrics = {
  ...commonMetrics,
  eventgw_receive_calls_total: {
    type: 'counter',
    help: 'Receives from the queue, by what they brought',
    labels: { target: 'target', result: ['messages', 'empty', 'error'] },
  },
  eventgw_messages_received_total: {
    type: 'counter',
    help: 'Messages received, the same one each time',
    labels: { target: 'target' },
  },
  eventgw_message_receive_count: {
    type: 'histogram',
    help: 'How often a message had been received, this time included',
    labels: { target: 'target' },
    buckets: [1, 2, 3, 5, 8, 13, 50, 500],
  },
  eventgw_message_queue_wait_seconds: {
    type: 'histogram',
    help: 'From the receiver to the first receive',
    labels: { target: 'target' },
    buckets: queueSeconds,
  },
  eventgw_ledger_claims_total: {
    type: 'counter',
    help: 'What the ledger said of events that were received: gone is a Redis that did not answer',
    labels: {
      target: 'target',
      result: ['claimed', 'doubt', 'held', 'waiting', 'burying', 'done', 'dead', 'conflict', 'gone'],
    },
  },
  eventgw_holds_renewed_total: {
    type: 'counter',
    help: 'Events in hand whose lease and visibility were to be renewed; what failed is tried again at the next look',
    labels: { target: 'target', result: ['renewed', 'failed'] },
  },
  eventgw_limiter_acquire_total: {
    type: 'counter',
    help: 'Questions for slots, by the reply',
    labels: { target: 'target', result: ['slots', 'full', 'paused', 'open', 'gone'] },
  },
  eventgw_limiter_slots_total: {
    type: 'counter',
    help: 'Slots granted, and those of them given up: late ones could not be used in time, stopped ones met a pause or a lost event',
    labels: { target: 'target', result: ['granted', 'late', 'stopped'] },
  },
  eventgw_limiter_wait_seconds: {
    type: 'histogram',
    help: 'From the moment at which an event was ready to its slot',
    labels: { target: 'target' },
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  eventgw_limiter_backend_duration_seconds: {
    type: 'histogram',
    help: 'Questions for slots, from the question to the reply of Redis; the margin should be well above',
    labels: { target: 'target' },
    buckets: [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.05, 0.1, 0.2],
  },
  eventgw_limiter_degraded: {
    type: 'gauge',
    help: '1 while Redis does not answer the limiter: by mode, no calls are made or the share is spent',
    labels: { target: 'target', mode: ['closed', 'share'] },
  },
  eventgw_delivery_attempts_total: {
    type: 'counter',
    help: 'Calls to the target, by what their answer meant',
    labels: {
      target: 'target',
      outcome: ['delivered', 'throttled', 'unavailable', 'failed', 'in_doubt', 'unauthorised', 'refused'],
    },
  },
  eventgw_target_request_duration_seconds: {
    type: 'histogram',
    help: 'Calls to the target, from the slot to the end of the answer, by its status: none where it did not come whole',
    labels: { target: 'target', code: ['none', ...statusCodes] },
    buckets: httpSeconds,
    sparse: true,
  },
  eventgw_events_completed_total: {
    type: 'counter',
    help: 'Events that came to their end',
    labels: { target: 'target', outcome: ['delivered', 'duplicate', 'dead_lettered'] },
  },
  eventgw_events_dead_lettered_total: {
    type: 'counter',
    help: 'Dead letters, by the class that says why',
    labels: { target: 'target', class: deadClasses },
  },
  eventgw_messages_returned_total: {
    type: 'counter',
    help: 'Messages that go on waiting: parked for a time, sent anew as the retention nears its end, or lost to another pod',
    labels: { target: 'target', outcome: ['parked', 'sent_anew', 'lost'] },
  },
  eventgw_event_end_to_end_seconds: {
    type: 'histogram',
    help: 'From the receiver to the end of the event',
    labels: { target: 'target', outcome: ['delivered', 'dead_lettered'] },
    buckets: queueSeconds,
  },
  eventgw_last_delivery_timestamp_seconds: {
    type: 'gauge',
    help: 'When this pod last delivered an event, as seconds since 1970; 0 before its first',
    labels: { target: 'target' },
  },
  eventgw_dispatcher_inflight_messages: {
    type: 'gauge',
    help: 'Messages in hand',
    labels: { target: 'target' },
  },
  eventgw_dispatcher_concurrency_limit: {
    type: 'gauge',
    help: 'Calls that this pod may have under way at once',
    labels: { target: 'target' },
  },
} as const satisfies MetricTable;

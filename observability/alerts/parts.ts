import { inSeconds, type Alert, type Span } from '../rule.ts';
import { rate } from './queries.ts';

/** What the gateway stands on, and the gateway itself. */
export function partAlerts(span: Span): readonly Alert[] {
  return [
    {
      alert: 'EventGatewayLimiterBlind',
      severity: 'critical',
      expr: 'min by (namespace) (eventgw_redis_up) == 0 or max by (namespace) (eventgw_limiter_degraded) > 0',
      for: span('2m'),
      summary: 'Redis does not answer.',
      description:
        'Redis does not answer in {{ $labels.namespace }}: dispatchers make no calls, or spend their shares. Events wait in the queue.',
      dashboard: 'internals',
    },
    {
      alert: 'EventGatewayLedgerFull',
      severity: 'critical',
      expr: 'max by (namespace) (eventgw_redis_memory_used_bytes / eventgw_redis_memory_limit_bytes) > 0.8',
      for: span('5m'),
      summary: 'The memory of Redis is nearly full.',
      description: '{{ $value | humanizePercentage }} of the memory of Redis is used: a full Redis is a gone Redis.',
      dashboard: 'internals',
    },
    {
      alert: 'EventGatewayQueueUnreadable',
      severity: 'critical',
      expr: `time() - max by (namespace, target) (eventgw_queue_look_last_success_timestamp_seconds) > ${Math.max(15, inSeconds(span('1m')))}`,
      for: span('2m'),
      summary: 'The receiver cannot read a queue.',
      description:
        'SQS did not say for {{ $value | humanizeDuration }} how much waits for {{ $labels.target }}: depth and age are of then.',
      dashboard: 'internals',
    },
    {
      alert: 'EventGatewayReceiverGone',
      severity: 'critical',
      expr: 'absent(eventgw_build_info{app="receiver"})',
      for: span('5m'),
      summary: 'No receiver is there.',
      description: 'No pod tells that it is a receiver: events are not taken, or Prometheus does not find the pods.',
      dashboard: 'overview',
    },
    {
      alert: 'EventGatewayReceiverSaturated',
      severity: 'warning',
      expr: `max by (namespace) (eventgw_http_inflight_requests / eventgw_http_inflight_requests_limit) > 0.8 or ${rate('eventgw_events_received_total', 'result="saturated"', span('5m'), 'namespace')} > 0`,
      for: span('5m'),
      summary: 'Receivers are at their bounds.',
      description:
        'Receivers in {{ $labels.namespace }} have about as many requests under way as they take, or turn them away.',
      dashboard: 'ingest',
    },
    {
      alert: 'EventGatewayAuthFailures',
      severity: 'warning',
      expr: `${rate('eventgw_auth_attempts_total', 'result=~"malformed|unknown"', span('10m'), 'namespace')} > 1`,
      for: span('5m'),
      summary: 'Many requests show an API key that is none.',
      description:
        '{{ $value | humanize }} requests a second show a key that is not known: a sender with an old key, or somebody who tries.',
      dashboard: 'ingest',
    },
    {
      alert: 'EventGatewaySlotsGivenUp',
      severity: 'warning',
      expr: `${rate('eventgw_limiter_slots_total', 'result="late"', span('10m'))} / ${rate('eventgw_limiter_slots_total', 'result="granted"', span('10m'))} > 0.05`,
      for: span('10m'),
      summary: 'Slots of the limit are given up.',
      description:
        '{{ $value | humanizePercentage }} of the slots for {{ $labels.target }} could not be used in time: Redis is slow, pods have too little CPU, or the margin is too small.',
      dashboard: 'internals',
    },
    {
      alert: 'EventGatewayClockDrift',
      severity: 'warning',
      expr: 'max by (namespace) (abs(eventgw_clock_offset_seconds)) > 1',
      for: span('5m'),
      summary: 'The clocks of a receiver and of Redis differ.',
      description:
        'Clocks in {{ $labels.namespace }} differ by {{ $value | humanizeDuration }}: ages and latencies are wrong by as much. The limit is not.',
      dashboard: 'internals',
    },
    {
      alert: 'EventGatewayHoldsLost',
      severity: 'warning',
      expr: `${rate('eventgw_messages_returned_total', 'outcome="lost"', span('10m'))} > 0`,
      for: span('1m'),
      summary: 'Pods lose events that they hold to others.',
      description:
        'Pods for {{ $labels.target }} stall for longer than they hold events: another pod takes those over, and calls may be made twice with one key.',
      dashboard: 'internals',
    },
    {
      alert: 'EventGatewayKedaErrors',
      severity: 'warning',
      // KEDA counts for the whole cluster, in a namespace of its own.
      expr: `sum by (exported_namespace, scaledObject) (rate(keda_scaled_object_errors_total[${span('5m')}])) > 0 and on (exported_namespace) label_replace(max by (namespace) (eventgw_build_info), "exported_namespace", "$1", "namespace", "(.*)")`,
      for: span('10m'),
      summary: 'KEDA cannot scale the dispatchers.',
      description: 'KEDA meets errors with {{ $labels.scaledObject }}: the fleet may stay as it is, also at zero.',
      dashboard: 'overview',
    },
  ];
}

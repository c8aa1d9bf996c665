import type { Alert, Span } from '../rule.ts';
import { byTarget, circuitOpen, rate } from './queries.ts';

const backlog = 'namespace_target:eventgw_backlog_messages:sum';
const utilisation = 'namespace_target:eventgw_limit_utilisation:ratio_rate5m';

/** Events at risk, or not moving. */
export function eventAlerts(span: Span): readonly Alert[] {
  return [
    {
      alert: 'EventGatewayDeadLetters',
      severity: 'warning',
      expr: 'namespace_target:eventgw_dead_letters:sum > 0',
      for: span('1m'),
      summary: 'Events of a target were dead-lettered.',
      description:
        '{{ $value }} events for {{ $labels.target }} are in its dead-letter queue, and wait for somebody to redrive or drop them.',
      dashboard: 'target',
    },
    {
      alert: 'EventGatewayEventsTooOld',
      severity: 'warning',
      expr: `namespace_target:eventgw_queue_oldest_event_age_seconds:max > on () group_left () eventgw:objective_age_seconds`,
      for: span('5m'),
      summary: 'Events wait for longer than the objective says.',
      description: 'The oldest event for {{ $labels.target }} waits for {{ $value | humanizeDuration }}.',
      dashboard: 'overview',
    },
    {
      alert: 'EventGatewayRetentionAtRisk',
      severity: 'critical',
      expr: `namespace_target:eventgw_queue_oldest_event_age_seconds:max > ${byTarget} max by (namespace, target) (eventgw_queue_retention_seconds) / 2`,
      for: span('5m'),
      summary: 'Events have waited for half of what their queue keeps them.',
      description:
        'The oldest event for {{ $labels.target }} waits for {{ $value | humanizeDuration }}; new ones are refused soon.',
      dashboard: 'overview',
    },
    {
      alert: 'EventGatewayBacklogLong',
      severity: 'warning',
      expr: 'namespace_target:eventgw_backlog_drain_seconds:max > on () group_left () eventgw:objective_drain_seconds',
      for: span('5m'),
      summary: 'The backlog of a target takes longer at its limit than the objective says.',
      description: 'What waits for {{ $labels.target }} takes {{ $value | humanizeDuration }} at its limit.',
      dashboard: 'overview',
    },
    {
      alert: 'EventGatewayBacklogRefused',
      severity: 'critical',
      expr: `${rate('eventgw_events_received_total', 'result="backlog_full"', span('5m'), 'namespace')} > 0`,
      for: span('1m'),
      summary: 'New events are refused, as the backlog could not be delivered in time.',
      description: '{{ $value | humanize }} events a second are answered with 503 backlog_full.',
      dashboard: 'ingest',
    },
    {
      alert: 'EventGatewayDispatcherGone',
      severity: 'critical',
      expr: `${backlog} > 0 unless ${byTarget} eventgw_dispatcher_concurrency_limit`,
      for: span('5m'),
      summary: 'Events wait, and no dispatcher is there.',
      description: '{{ $value }} events wait for {{ $labels.target }}, and no pod tells that it dispatches them.',
      dashboard: 'overview',
    },
    {
      alert: 'EventGatewayUtilisationLow',
      severity: 'warning',
      expr: [
        `${utilisation} < 0.5`,
        `${byTarget} (${backlog} > ${byTarget} 60 * max by (namespace, target) (eventgw_limit_calls_per_second))`,
        `${byTarget} (${circuitOpen} == 0)`,
        `${byTarget} (max by (namespace, target) (eventgw_target_paused) == 0)`,
        `${byTarget} (count by (namespace, target) (eventgw_dispatcher_concurrency_limit) > 0)`,
      ].join(' and '),
      for: span('10m'),
      summary: 'The limit is not used although a backlog waits.',
      description:
        'Only {{ $value | humanizePercentage }} of what {{ $labels.target }} allows is used, with more than a minute of it waiting.',
      dashboard: 'target',
    },
  ];
}

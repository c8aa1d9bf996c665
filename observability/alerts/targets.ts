import type { Alert, Span } from '../rule.ts';
import { byTarget, circuitOpen, rate } from './queries.ts';

const paused = (reason: string) => `max by (namespace, target) (eventgw_target_paused{reason="${reason}"})`;

/** The target, as the fleet finds it. */
export function targetAlerts(span: Span): readonly Alert[] {
  const attempts = (outcomes: string) => rate('eventgw_delivery_attempts_total', `outcome=~"${outcomes}"`, span('10m'));
  const all = rate('eventgw_delivery_attempts_total', '', span('10m'));
  return [
    {
      alert: 'EventGatewayCircuitOpen',
      severity: 'critical',
      expr: `${circuitOpen} > 0`,
      for: span('5m'),
      summary: 'A target does not answer.',
      description:
        '{{ $labels.target }} does not answer, so nothing is sent to it but a probe. Its events wait in the queue.',
      dashboard: 'target',
    },
    {
      alert: 'EventGatewayTargetUnauthorised',
      severity: 'critical',
      expr: `${paused('unauthorised')} > 0`,
      for: span('1m'),
      summary: 'A target refuses our credential.',
      description:
        '{{ $labels.target }} refuses our credential, so nothing is sent to it but one call a minute. Its events wait in the queue.',
      dashboard: 'target',
    },
    {
      alert: 'EventGatewayTargetThrottled',
      severity: 'warning',
      expr: `avg_over_time(max by (namespace, target) (eventgw_target_paused{reason="throttled"})[${span('10m')}:]) > 0.25`,
      for: span('5m'),
      summary: 'A target throttles us for much of the time.',
      description:
        'For {{ $value | humanizePercentage }} of the last minutes the fleet paused, as {{ $labels.target }} asked for it: its limit is lower than ours.',
      dashboard: 'target',
    },
    {
      alert: 'EventGatewayTargetFailing',
      severity: 'warning',
      expr: `${attempts('failed|in_doubt')} / ${all} > 0.1`,
      for: span('5m'),
      summary: 'Many calls to a target fail.',
      description:
        '{{ $value | humanizePercentage }} of the calls to {{ $labels.target }} fail or end in doubt, and cost attempts.',
      dashboard: 'target',
    },
    {
      alert: 'EventGatewayTargetSlow',
      severity: 'warning',
      expr: `histogram_quantile(0.95, sum by (namespace, target, le) (rate(eventgw_target_request_duration_seconds_bucket[${span('10m')}]))) > ${byTarget} 2 * max by (namespace, target) (eventgw_target_latency_expected_seconds)`,
      for: span('5m'),
      summary: 'A target is much slower than configured.',
      description:
        'The 95th percentile of the calls to {{ $labels.target }} is {{ $value | humanizeDuration }}, more than twice the expected latency: the fleet may be too small.',
      dashboard: 'target',
    },
  ];
}

import type { Dashboard } from '../panel.ts';

const ns = 'namespace=~"$namespace"';
const quantile = (q: number) =>
  `histogram_quantile(${q}, sum by (le, target) (rate(eventgw_event_end_to_end_seconds_bucket{${ns},outcome="delivered"}[$__rate_interval])))`;

export const overview: Dashboard = {
  id: 'overview',
  title: 'Event Gateway / Overview',
  says: 'Is it healthy, are events at risk, and when is the backlog gone?',
  hasTarget: false,
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Alerts',
          description: 'Alerts of the gateway that are firing. Each has a runbook.',
          kind: 'figure',
          unit: 'none',
          queries: [
            { expr: 'count(ALERTS{alertname=~"EventGateway.*",alertstate="firing"}) or vector(0)', legend: 'firing' },
          ],
          bounds: { warn: 1, bad: 1 },
        },
        {
          title: 'Backlog',
          description: 'Events that are not settled: waiting, in hand, or to be tried again.',
          kind: 'figure',
          unit: 'short',
          queries: [{ expr: `namespace_target:eventgw_backlog_messages:sum{${ns}}`, legend: '{{target}}' }],
        },
        {
          title: 'Backlog is gone in',
          description: 'At the limit of each target, if nothing is added and nothing fails.',
          kind: 'figure',
          unit: 's',
          queries: [{ expr: `namespace_target:eventgw_backlog_drain_seconds:max{${ns}}`, legend: '{{target}}' }],
          bounds: { warn: 3_600, bad: 14_400 },
        },
        {
          title: 'Oldest event',
          description: 'How long the oldest event that is not settled waits.',
          kind: 'figure',
          unit: 's',
          queries: [
            { expr: `namespace_target:eventgw_queue_oldest_event_age_seconds:max{${ns}}`, legend: '{{target}}' },
          ],
          bounds: { warn: 600, bad: 3_600 },
        },
        {
          title: 'Dead letters',
          description: 'Events that wait for somebody: egw dlq list shows them.',
          kind: 'figure',
          unit: 'short',
          queries: [{ expr: `namespace_target:eventgw_dead_letters:sum{${ns}}`, legend: '{{target}}' }],
          bounds: { warn: 1, bad: 100 },
        },
        {
          title: 'Dispatchers',
          description: 'Pods that tell that they dispatch; none while nothing waits.',
          kind: 'figure',
          unit: 'none',
          queries: [
            {
              expr: `count by (target) (eventgw_dispatcher_concurrency_limit{${ns}}) or 0 * namespace_target:eventgw_backlog_messages:sum{${ns}}`,
              legend: '{{target}}',
            },
          ],
        },
      ],
    },
    {
      title: 'The trip',
      panels: [
        {
          title: 'Events in and out',
          description: 'Accepted, delivered and dead-lettered events. Accepted above delivered adds to the backlog.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            {
              expr: `sum(rate(eventgw_events_received_total{${ns},result="accepted"}[$__rate_interval]))`,
              legend: 'accepted',
            },
            {
              expr: `sum by (target, outcome) (rate(eventgw_events_completed_total{${ns}}[$__rate_interval]))`,
              legend: '{{target}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Limit used',
          description:
            'Calls of the whole fleet over what the limit allows. 100 % with a backlog is as it should be; less with a backlog is not.',
          kind: 'lines',
          unit: 'percentunit',
          queries: [{ expr: `namespace_target:eventgw_limit_utilisation:ratio_rate5m{${ns}}`, legend: '{{target}}' }],
        },
        {
          title: 'Backlog',
          description: 'Events that are not settled.',
          kind: 'lines',
          unit: 'short',
          queries: [{ expr: `namespace_target:eventgw_backlog_messages:sum{${ns}}`, legend: '{{target}}' }],
        },
        {
          title: 'Time to drain, and age',
          description: 'How long the backlog takes at the limit, and how long its oldest event waits already.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: `namespace_target:eventgw_backlog_drain_seconds:max{${ns}}`, legend: '{{target}} drained in' },
            { expr: `namespace_target:eventgw_queue_oldest_event_age_seconds:max{${ns}}`, legend: '{{target}} oldest' },
          ],
        },
        {
          title: 'From the receiver to the target',
          description: 'How long events take to be delivered, the wait for the limit included.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5), legend: '{{target}} p50' },
            { expr: quantile(0.99), legend: '{{target}} p99' },
          ],
          exemplars: true,
        },
        {
          title: 'Targets stopped',
          description: 'Open circuits, and pauses of the fleet by their reason.',
          kind: 'lines',
          unit: 'bool_on_off',
          queries: [
            { expr: `max by (target) (eventgw_target_circuit_open{${ns}})`, legend: '{{target}} does not answer' },
            { expr: `max by (target, reason) (eventgw_target_paused{${ns}})`, legend: '{{target}} {{reason}}' },
          ],
        },
      ],
    },
    {
      title: 'Objectives',
      panels: [
        {
          title: 'Acceptance: what went wrong in the last hour',
          description: 'Events that senders got right and that were not accepted. The budget is 0.1 %.',
          kind: 'lines',
          unit: 'percentunit',
          queries: [{ expr: `namespace:eventgw_acceptance_errors:ratio_rate1h{${ns}}`, legend: '{{namespace}}' }],
        },
        {
          title: 'Freshness: what took longer than 5 minutes in the last hour',
          description: 'The budget is 1 %; alerts leave out targets whose limit is fully used.',
          kind: 'lines',
          unit: 'percentunit',
          queries: [{ expr: `namespace_target:eventgw_freshness_errors:ratio_rate1h{${ns}}`, legend: '{{target}}' }],
        },
        {
          title: 'Delivery: what was not delivered in the last hour',
          description: 'Events that failed or ended in doubt. The budget is 0.1 %.',
          kind: 'lines',
          unit: 'percentunit',
          queries: [{ expr: `namespace_target:eventgw_delivery_errors:ratio_rate1h{${ns}}`, legend: '{{target}}' }],
        },
      ],
    },
  ],
};

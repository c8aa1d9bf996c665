import type { Dashboard } from '../panel.ts';

const at = 'namespace=~"$namespace",target=~"$target"';
const rate = (metric: string, by: string, labels = '') =>
  `sum by (${by}) (rate(${metric}{${at}${labels}}[$__rate_interval]))`;
const quantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, sum by (le, target) (rate(${metric}_bucket{${at}}[$__rate_interval])))`;

export const target: Dashboard = {
  id: 'target',
  title: 'Event Gateway / Target',
  says: 'How one target answers, and what its limit leaves.',
  hasTarget: true,
  rows: [
    {
      title: 'Limit',
      panels: [
        {
          title: 'Calls and the limit',
          description: 'Calls a second of the whole fleet, below what the configuration allows in the long run.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: rate('eventgw_delivery_attempts_total', 'target'), legend: '{{target}} calls' },
            { expr: `max by (target) (eventgw_limit_calls_per_second{${at}})`, legend: '{{target}} limit' },
          ],
        },
        {
          title: 'Wait for a slot',
          description:
            'From the moment at which an event is ready to the call. Long waits with an unused limit are a fault.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5, 'eventgw_limiter_wait_seconds'), legend: '{{target}} p50' },
            { expr: quantile(0.99, 'eventgw_limiter_wait_seconds'), legend: '{{target}} p99' },
          ],
        },
        {
          title: 'Questions for slots',
          description: 'Replies of the limiter: full is a limit that is used; gone is a Redis that does not answer.',
          kind: 'lines',
          unit: 'ops',
          queries: [{ expr: rate('eventgw_limiter_acquire_total', 'target, result'), legend: '{{target}} {{result}}' }],
        },
        {
          title: 'Pause and circuit',
          description:
            'While one is on, the backlog waits in the queue: throttled and unauthorised are what the target says, an open circuit that it says nothing.',
          kind: 'lines',
          unit: 'bool_on_off',
          queries: [
            { expr: `max by (target, reason) (eventgw_target_paused{${at}})`, legend: '{{target}} {{reason}}' },
            { expr: `max by (target) (eventgw_target_circuit_open{${at}})`, legend: '{{target}} circuit open' },
          ],
        },
        {
          title: 'Pause left',
          description: 'How long the fleet still waits, as the target asked for.',
          kind: 'lines',
          unit: 's',
          queries: [
            {
              expr: `clamp_min(max by (target) (eventgw_target_paused_until_timestamp_seconds{${at}}) - time(), 0)`,
              legend: '{{target}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Answers',
      panels: [
        {
          title: 'Calls by what their answer meant',
          description: 'As the gateway judges the body: a status of 200 may be a throttle.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: rate('eventgw_delivery_attempts_total', 'target, outcome'), legend: '{{target}} {{outcome}}' },
          ],
        },
        {
          title: 'Calls by status',
          description: 'As the target says it: none where no whole answer came.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            {
              expr: rate('eventgw_target_request_duration_seconds_count', 'target, code'),
              legend: '{{target}} {{code}}',
            },
          ],
        },
        {
          title: 'Latency of calls',
          description:
            'From the slot to the end of the answer, and the 95th percentile that the configuration expects.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5, 'eventgw_target_request_duration_seconds'), legend: '{{target}} p50' },
            { expr: quantile(0.95, 'eventgw_target_request_duration_seconds'), legend: '{{target}} p95' },
            {
              expr: `max by (target) (eventgw_target_latency_expected_seconds{${at}})`,
              legend: '{{target}} expected p95',
            },
          ],
          exemplars: true,
        },
      ],
    },
    {
      title: 'Events',
      panels: [
        {
          title: 'In the queue',
          description:
            'Messages by their state: in flight are those in hand and those parked until they are tried again.',
          kind: 'lines',
          unit: 'short',
          queries: [
            {
              expr: `max by (target, state) (eventgw_queue_messages{${at},role="main"})`,
              legend: '{{target}} {{state}}',
            },
          ],
        },
        {
          title: 'Dead letters by class',
          description: 'How many were written in the last hour, and why.',
          kind: 'lines',
          unit: 'short',
          queries: [
            {
              expr: `sum by (target, class) (increase(eventgw_events_dead_lettered_total{${at}}[1h]))`,
              legend: '{{target}} {{class}}',
            },
          ],
        },
        {
          title: 'In hand, and room',
          description: 'Messages in the hands of pods, and the calls that all pods may have under way.',
          kind: 'lines',
          unit: 'short',
          queries: [
            { expr: `sum by (target) (eventgw_dispatcher_inflight_messages{${at}})`, legend: '{{target}} in hand' },
            {
              expr: `sum by (target) (eventgw_dispatcher_concurrency_limit{${at}})`,
              legend: '{{target}} calls at once',
            },
          ],
        },
        {
          title: 'Wait in the queue',
          description: 'From the receiver to the first receive.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5, 'eventgw_message_queue_wait_seconds'), legend: '{{target}} p50' },
            { expr: quantile(0.99, 'eventgw_message_queue_wait_seconds'), legend: '{{target}} p99' },
          ],
        },
        {
          title: 'Since the last delivery',
          description: 'Of the pods that run: how long ago any of them delivered an event.',
          kind: 'lines',
          unit: 's',
          queries: [
            {
              expr: `time() - max by (target) (eventgw_last_delivery_timestamp_seconds{${at}} > 0)`,
              legend: '{{target}}',
            },
          ],
        },
      ],
    },
  ],
};

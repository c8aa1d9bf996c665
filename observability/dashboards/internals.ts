import type { Dashboard } from '../panel.ts';

const ns = 'namespace=~"$namespace"';
const rate = (metric: string, by: string, labels = '') =>
  `sum by (${by}) (rate(${metric}{${ns}${labels}}[$__rate_interval]))`;
const quantile = (q: number, metric: string, by: string) =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${ns}}[$__rate_interval])))`;
/** Node's own metrics have no app: Prometheus' job tells them apart. */
const perPod = (metric: string) =>
  `max by (job, instance) (${metric}{${ns}} and on (job, instance) eventgw_build_info)`;

export const internals: Dashboard = {
  id: 'internals',
  title: 'Event Gateway / Internals',
  says: 'What the gateway stands on: Redis, SQS, clocks, and its own processes.',
  hasTarget: false,
  rows: [
    {
      title: 'Redis',
      panels: [
        {
          title: 'Connections to Redis',
          description: 'The fewest of each app: 0 where a pod has none. Dispatchers make no calls without it.',
          kind: 'lines',
          unit: 'bool_on_off',
          queries: [{ expr: `min by (app) (eventgw_redis_up{${ns}})`, legend: '{{app}}' }],
        },
        {
          title: 'Memory of Redis',
          description: 'A full Redis is a gone Redis.',
          kind: 'lines',
          unit: 'bytes',
          queries: [
            { expr: `max by (namespace) (eventgw_redis_memory_used_bytes{${ns}})`, legend: 'used' },
            { expr: `max by (namespace) (eventgw_redis_memory_limit_bytes{${ns}})`, legend: 'bound' },
          ],
        },
        {
          title: 'Round trip of the limiter',
          description: 'The margin of the limit must be well above, or slots are given up.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5, 'eventgw_limiter_backend_duration_seconds', 'target'), legend: '{{target}} p50' },
            { expr: quantile(0.99, 'eventgw_limiter_backend_duration_seconds', 'target'), legend: '{{target}} p99' },
          ],
        },
        {
          title: 'Slots granted and given up',
          description: 'A slot that cannot be used in time is given up: the limit holds, and is used less.',
          kind: 'lines',
          unit: 'ops',
          queries: [{ expr: rate('eventgw_limiter_slots_total', 'target, result'), legend: '{{target}} {{result}}' }],
        },
        {
          title: 'Limiter without Redis',
          description: 'Closed: no calls are made. Share: pods spend what they were leased.',
          kind: 'lines',
          unit: 'bool_on_off',
          queries: [{ expr: `max by (target, mode) (eventgw_limiter_degraded{${ns}})`, legend: '{{target}} {{mode}}' }],
        },
        {
          title: 'Clocks',
          description: 'The clock of each receiver less that of Redis. The limit counts by Redis alone.',
          kind: 'lines',
          unit: 's',
          queries: [{ expr: `eventgw_clock_offset_seconds{${ns}}`, legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Ledger and queue',
      panels: [
        {
          title: 'What the ledger said',
          description: 'Of events that were received: done ones are duplicates, held ones another pod has.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: `${rate('eventgw_ledger_claims_total', 'target, result')} > 0`, legend: '{{target}} {{result}}' },
          ],
        },
        {
          title: 'Messages that go on waiting',
          description:
            'Parked until they are tried again, sent anew before the retention ends, or lost to another pod.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: rate('eventgw_messages_returned_total', 'target, outcome'), legend: '{{target}} {{outcome}}' },
          ],
        },
        {
          title: 'Holds',
          description: 'Leases and visibilities of events in hand that were renewed, or could not be.',
          kind: 'lines',
          unit: 'ops',
          queries: [{ expr: rate('eventgw_holds_renewed_total', 'target, result'), legend: '{{target}} {{result}}' }],
        },
        {
          title: 'Receives',
          description: 'Long polls by what they brought, and messages, the same one each time.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: rate('eventgw_receive_calls_total', 'target, result'), legend: '{{target}} {{result}}' },
            { expr: rate('eventgw_messages_received_total', 'target'), legend: '{{target}} messages' },
          ],
        },
        {
          title: 'How often messages were received',
          description: 'The 95th percentile: far above 1 where events are tried again and again.',
          kind: 'lines',
          unit: 'short',
          queries: [{ expr: quantile(0.95, 'eventgw_message_receive_count', 'target'), legend: '{{target}} p95' }],
        },
        {
          title: 'Last look at the queue',
          description: 'How old depth and age are, as the receiver knows them.',
          kind: 'lines',
          unit: 's',
          queries: [
            {
              expr: `time() - max by (target) (eventgw_queue_look_last_success_timestamp_seconds{${ns}})`,
              legend: '{{target}}',
            },
          ],
        },
        {
          title: 'Looks that failed',
          description: 'SQS did not say how much waits in a queue (main) or dead-letter queue (dlq).',
          kind: 'lines',
          unit: 'ops',
          queries: [{ expr: rate('eventgw_queue_look_errors_total', 'target, role'), legend: '{{target}} {{role}}' }],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Event loop lag',
          description:
            'The 99th percentile of each pod since its last scrape. A pod that lags uses its slots too late.',
          kind: 'lines',
          unit: 's',
          queries: [{ expr: perPod('nodejs_eventloop_lag_p99_seconds'), legend: '{{job}} {{instance}}' }],
        },
        {
          title: 'Memory',
          description: 'Resident memory of each pod.',
          kind: 'lines',
          unit: 'bytes',
          queries: [{ expr: perPod('process_resident_memory_bytes'), legend: '{{job}} {{instance}}' }],
        },
        {
          title: 'CPU',
          description: 'Cores that each pod uses.',
          kind: 'lines',
          unit: 'short',
          queries: [
            {
              expr: `max by (job, instance) (rate(process_cpu_seconds_total{${ns}}[$__rate_interval]) and on (job, instance) eventgw_build_info)`,
              legend: '{{job}} {{instance}}',
            },
          ],
        },
        {
          title: 'Versions',
          description: 'How many pods run which version.',
          kind: 'lines',
          unit: 'short',
          queries: [
            {
              expr: `count by (app, version, node) (eventgw_build_info{${ns}})`,
              legend: '{{app}} {{version}} on {{node}}',
            },
          ],
        },
      ],
    },
  ],
};

import type { Dashboard } from '../panel.ts';

const ns = 'namespace=~"$namespace"';
const rate = (metric: string, by: string, labels = '') =>
  `sum by (${by}) (rate(${metric}{${ns}${labels}}[$__rate_interval]))`;
const quantile = (q: number, metric: string, by: string, labels = '') =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket{${ns}${labels}}[$__rate_interval])))`;
const http = 'eventgw_http_request_duration_seconds';

export const ingest: Dashboard = {
  id: 'ingest',
  title: 'Event Gateway / Ingest',
  says: 'What senders send, how fast they are answered, and why events are turned away.',
  hasTarget: false,
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests by status',
          description: '202 and 207 are events taken; 4xx is for the sender to mend, 503 for us.',
          kind: 'lines',
          unit: 'reqps',
          queries: [{ expr: rate(`${http}_count`, 'code'), legend: '{{code}}' }],
        },
        {
          title: 'Time to the answer',
          description: 'From the head of the request to the end of the answer, which waits for SQS.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5, http, 'route', ',route=~"/events.*|/webhooks"'), legend: '{{route}} p50' },
            { expr: quantile(0.99, http, 'route', ',route=~"/events.*|/webhooks"'), legend: '{{route}} p99' },
          ],
          exemplars: true,
        },
        {
          title: 'Requests under way',
          description: 'Of each receiver; beyond the bound requests are turned away as saturated.',
          kind: 'lines',
          unit: 'short',
          queries: [
            { expr: `max by (namespace) (eventgw_http_inflight_requests{${ns}})`, legend: 'most' },
            { expr: `max by (namespace) (eventgw_http_inflight_requests_limit{${ns}})`, legend: 'bound' },
          ],
        },
        {
          title: 'Credentials',
          description: 'What came of them: unknown keys are revoked ones, or guesses.',
          kind: 'lines',
          unit: 'reqps',
          queries: [{ expr: rate('eventgw_auth_attempts_total', 'method, result'), legend: '{{method}} {{result}}' }],
        },
        {
          title: 'API keys, since they were last used',
          description: 'A key that stands still after its successor was handed out can be revoked.',
          kind: 'lines',
          unit: 's',
          queries: [
            {
              expr: `time() - max by (name, id) (eventgw_api_key_last_used_timestamp_seconds{${ns}})`,
              legend: '{{name}} {{id}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Events',
      panels: [
        {
          title: 'Events by result',
          description: 'Accepted, or the code of the refusal as the sender saw it.',
          kind: 'lines',
          unit: 'ops',
          queries: [{ expr: `${rate('eventgw_events_received_total', 'result')} > 0`, legend: '{{result}}' }],
        },
        {
          title: 'Accepted events by source',
          description: 'Sources that the configuration names; all others are other.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: rate('eventgw_events_received_total', 'source', ',result="accepted"'), legend: '{{source}}' },
          ],
        },
        {
          title: 'Size of events',
          description: 'As they are on the queue; 1 MiB less 16 KiB is the most.',
          kind: 'lines',
          unit: 'bytes',
          queries: [
            { expr: quantile(0.5, 'eventgw_event_size_bytes', 'source'), legend: '{{source}} p50' },
            { expr: quantile(0.99, 'eventgw_event_size_bytes', 'source'), legend: '{{source}} p99' },
          ],
        },
      ],
    },
    {
      title: 'To the queue',
      panels: [
        {
          title: 'Requests to SQS',
          description: 'Each carries up to ten events; failed ones are answered with 503.',
          kind: 'lines',
          unit: 'ops',
          queries: [
            { expr: rate('eventgw_enqueue_duration_seconds_count', 'target, result'), legend: '{{target}} {{result}}' },
          ],
        },
        {
          title: 'Time of requests to SQS',
          description: 'Senders wait for it: beyond 500 ms they are told to send again.',
          kind: 'lines',
          unit: 's',
          queries: [
            { expr: quantile(0.5, 'eventgw_enqueue_duration_seconds', 'target'), legend: '{{target}} p50' },
            { expr: quantile(0.99, 'eventgw_enqueue_duration_seconds', 'target'), legend: '{{target}} p99' },
          ],
        },
      ],
    },
  ],
};

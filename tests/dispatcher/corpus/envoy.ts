import type { LabelledAnswer } from './labelled-answer.ts';

export const envoy: readonly LabelledAnswer[] = [
  {
    source: 'envoyproxy.io local_ratelimit sandbox: 429 local_rate_limited',
    status: 429,
    headers: { server: 'envoy', 'content-type': 'text/plain', 'x-local-rate-limit': 'true' },
    body: 'local_rate_limited',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'getsentry/objectstore: x-envoy-ratelimited on another status; reconstructed',
    status: 503,
    headers: { server: 'envoy', 'content-type': 'text/plain', 'x-envoy-ratelimited': 'true' },
    body: '',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'reconstructed from envoy: no healthy upstream … thy upstream',
    status: 503,
    headers: { server: 'envoy', 'content-type': 'text/plain' },
    body: 'no healthy upstream',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'reconstructed from envoy: upstream connect err … tion failure',
    status: 503,
    headers: { server: 'envoy', 'content-type': 'text/plain' },
    body: 'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'reconstructed from envoy: upstream connect err … on: overflow',
    status: 503,
    headers: { server: 'envoy', 'content-type': 'text/plain' },
    body: 'upstream connect error or disconnect/reset before headers. reset reason: overflow',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'reconstructed from envoy: upstream request timeout',
    status: 504,
    headers: { server: 'envoy', 'content-type': 'text/plain' },
    body: 'upstream request timeout',
    field: 'deliver',
    expected: 'unavailable',
  },
];

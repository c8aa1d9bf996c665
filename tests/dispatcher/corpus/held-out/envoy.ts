import type { LabelledAnswer } from '../labelled-answer.ts';

export const envoy: readonly LabelledAnswer[] = [
  {
    source: 'envoyproxy/envoy ratelimit filter: x-envoy-ratelimited; reconstructed with X-RateLimit-Reset in seconds',
    status: 429,
    headers: {
      server: 'envoy',
      'content-type': 'text/plain',
      'x-envoy-ratelimited': 'true',
      'x-ratelimit-limit': '10, 10;w=60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '17',
    },
    body: '',
    field: 'deliver',
    expected: 'throttled',
    waitMs: 17000,
  },
  {
    source: 'apim.docs.wso2.com error handling, 102503; reconstructed body',
    status: 503,
    headers: { 'content-type': 'application/json' },
    body: '{"error_code":"102503","error_message":"Upstream connection failed"}',
    field: 'deliver',
    expected: 'unavailable',
  },
];

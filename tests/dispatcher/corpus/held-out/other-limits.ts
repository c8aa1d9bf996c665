import type { LabelledAnswer } from '../labelled-answer.ts';

export const otherLimits: readonly LabelledAnswer[] = [
  {
    source: 'reconstructed from graphql-hive gateway: a subgraph that throttles',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Too many requests","path":["deliver"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","http":{"status":429},"serviceName":"s"}}],"data":null}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'buildkite.com/docs/apis/graphql/graphql-resource-limits: reconstructed with 200',
    status: 200,
    headers: {
      'content-type': 'application/json',
      'ratelimit-remaining': '0',
      'ratelimit-limit': '20000',
      'ratelimit-reset': '263',
    },
    body: '{"errors":[{"message":"You have exceeded the rate limit"}]}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: 263000,
  },
  {
    source: 'developer.rocketlane.com rate limiting: X-Retry-After is an epoch in ms',
    status: 429,
    headers: { 'content-type': 'application/json', 'x-retry-after': '1767225604000' },
    body: '{"errors":[{"errorCode":"TOO_MANY_REQUEST","errorMessage":"Rate limit exceeded"}]}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: 4000,
  },
];

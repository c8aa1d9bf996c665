import type { LabelledAnswer } from '../labelled-answer.ts';

export const lyingErrors: readonly LabelledAnswer[] = [
  {
    source: 'reconstructed from no API: a throttle with an unreadable Retry-After',
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': 'a while' },
    body: '',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'reconstructed from no API: a code of __proto__',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"x","extensions":{"code":"__proto__"}}]}',
    field: 'deliver',
    expected: 'failed',
  },
];

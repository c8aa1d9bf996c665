import type { LabelledAnswer } from '../labelled-answer.ts';

export const directus: readonly LabelledAnswer[] = [
  {
    source: 'directus.io/docs/guides/connect/errors: REQUESTS_EXCEEDED, 429; reconstructed body',
    status: 429,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Too many requests, retry after 100ms.","extensions":{"code":"REQUESTS_EXCEEDED","limit":50,"reset":"2026-01-01T00:00:00.100Z"}}]}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'directus.io/docs/guides/connect/errors: INVALID_TOKEN, 403; reconstructed body',
    status: 403,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Invalid token.","extensions":{"code":"INVALID_TOKEN"}}]}',
    field: 'deliver',
    expected: 'unauthorised',
  },
];

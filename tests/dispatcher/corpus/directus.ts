import type { LabelledAnswer } from './labelled-answer.ts';

export const directus: readonly LabelledAnswer[] = [
  {
    source: 'directus.io/docs/guides/connect/errors: REQUESTS_EXCEEDED behind a proxy that answers 200; reconstructed',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Too many requests, retry after 100ms.","extensions":{"code":"REQUESTS_EXCEEDED"}}]}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'directus.io/docs/guides/connect/errors: TOKEN_EXPIRED, 401; reconstructed body',
    status: 401,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Token expired.","extensions":{"code":"TOKEN_EXPIRED"}}]}',
    field: 'deliver',
    expected: 'unauthorised',
  },
  {
    source: 'directus.io/docs/guides/connect/errors: INVALID_CREDENTIALS with 200; reconstructed body',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Invalid user credentials.","extensions":{"code":"INVALID_CREDENTIALS"}}]}',
    field: 'deliver',
    expected: 'unauthorised',
  },
  {
    source: 'directus.io/docs/guides/connect/errors: FAILED_VALIDATION; reconstructed body',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Validation failed for field \\"title\\".","extensions":{"code":"FAILED_VALIDATION"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'directus.io/docs/guides/connect/errors: SERVICE_UNAVAILABLE, 503; reconstructed body',
    status: 503,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Service \\"x\\" is unavailable.","extensions":{"code":"SERVICE_UNAVAILABLE"}}]}',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'directus.io/docs/guides/connect/errors: UNPROCESSABLE_CONTENT, 422; reconstructed body',
    status: 422,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"no","extensions":{"code":"UNPROCESSABLE_CONTENT"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
];

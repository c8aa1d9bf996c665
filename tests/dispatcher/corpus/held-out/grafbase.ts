import type { LabelledAnswer } from '../labelled-answer.ts';

export const grafbase: readonly LabelledAnswer[] = [
  {
    source: 'grafbase.com/docs/gateway/errors: 429; reconstructed code RATE_LIMITED',
    status: 429,
    headers: { 'content-type': 'application/graphql-response+json; charset=utf-8' },
    body: '{"errors":[{"message":"Rate limited","extensions":{"code":"RATE_LIMITED"}}]}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'grafbase.com/docs/gateway/errors: 200 for application/json; reconstructed code RATE_LIMITED',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Rate limited","extensions":{"code":"RATE_LIMITED"}}]}',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'grafbase.com/docs/gateway/errors: 401; reconstructed code UNAUTHENTICATED',
    status: 401,
    headers: { 'content-type': 'application/graphql-response+json; charset=utf-8' },
    body: '{"errors":[{"message":"Unauthenticated","extensions":{"code":"UNAUTHENTICATED"}}]}',
    field: 'deliver',
    expected: 'unauthorised',
  },
  {
    source: 'grafbase.com/docs/gateway/errors: 500; reconstructed code INTERNAL_SERVER_ERROR',
    status: 500,
    headers: { 'content-type': 'application/graphql-response+json; charset=utf-8' },
    body: '{"errors":[{"message":"Internal server error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}',
    field: 'deliver',
    expected: 'failed',
  },
  {
    source: 'reconstructed from grafbase.com/docs/gateway/errors: GATEWAY_TIMEOUT, 504',
    status: 504,
    headers: { 'content-type': 'application/graphql-response+json; charset=utf-8' },
    body: '{"errors":[{"message":"Gateway timeout","extensions":{"code":"GATEWAY_TIMEOUT"}}]}',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'reconstructed from grafbase.com/docs/gateway/errors: OPERATION_VALIDATION_ERROR with 200',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"no","extensions":{"code":"OPERATION_VALIDATION_ERROR"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
];

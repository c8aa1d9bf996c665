import type { LabelledAnswer } from '../labelled-answer.ts';

export const hasura: readonly LabelledAnswer[] = [
  {
    source: 'hasura.io/docs/latest/security/api-limits: rate limit, reconstructed with 429',
    status: 429,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"extensions":{"path":"$","code":"rate-limit-exceeded"},"message":"rate limit of 10 exceeded"}]}',
    field: 'insert_orders_one',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'reconstructed from hasura.io/docs/latest/security/api-limits: depth limit',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"extensions":{"path":"$","code":"depth-limit-exceeded"},"message":"depth limit of 3 exceeded"}]}',
    field: 'insert_orders_one',
    expected: 'refused',
  },
  {
    source: 'reconstructed from hasura docs: a missing Authorization header in JWT mode',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"extensions":{"path":"$","code":"invalid-headers"},"message":"Missing \'Authorization\' or \'Cookie\' header in JWT authentication mode"}]}',
    field: 'insert_orders_one',
    expected: 'unauthorised',
  },
  {
    source: 'reconstructed from hasura docs: data-exception, a value out of range',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"extensions":{"path":"$.selectionSet.insert_orders_one.args.object","code":"data-exception"},"message":"value \\"99999999999\\" is out of range for type integer"}]}',
    field: 'insert_orders_one',
    expected: 'refused',
  },
  {
    source: 'reconstructed from hasura docs: unexpected',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"extensions":{"path":"$","code":"unexpected"},"message":"Internal Server Error"}]}',
    field: 'insert_orders_one',
    expected: 'failed',
  },
  {
    source: 'hasura docs, Postgres mutations insert: success',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"data":{"insert_orders_one":{"id":21}}}',
    field: 'insert_orders_one',
    expected: 'delivered',
  },
];

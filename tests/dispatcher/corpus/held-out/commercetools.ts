import type { LabelledAnswer } from '../labelled-answer.ts';

export const commercetools: readonly LabelledAnswer[] = [
  {
    source: 'docs.commercetools.com release 2026-01-29: InvalidInput is 400',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"data":null,"errors":[{"message":"Malformed parameter: limit: The limit parameter must be in the range of [0..500]","path":["deliver"],"locations":[{"line":2,"column":3}],"extensions":{"code":"InvalidInput"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'docs.commercetools.com release 2026-01-29: InvalidInput was 200 before',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"data":null,"errors":[{"message":"Malformed parameter","path":["deliver"],"extensions":{"code":"InvalidInput"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'docs.commercetools.com/api/errors: ConcurrentModification, 409; reconstructed body',
    status: 409,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Version mismatch. Concurrent modification.","extensions":{"code":"ConcurrentModification","currentVersion":2}}]}',
    field: 'deliver',
    expected: 'failed',
  },
  {
    source: 'docs.commercetools.com/api/errors: invalid_token, 401',
    status: 401,
    headers: { 'content-type': 'application/json' },
    body: '{"statusCode":401,"message":"invalid_token","errors":[{"code":"invalid_token","message":"invalid_token"}],"error":"invalid_token"}',
    field: 'deliver',
    expected: 'unauthorised',
  },
  {
    source: 'docs.commercetools.com/api/errors: DuplicateField with 200; reconstructed body',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"A duplicate value \'\\"x\\"\' exists for field \'key\'.","extensions":{"code":"DuplicateField","field":"key"}}],"data":null}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'docs.commercetools.com/api/errors: 503; reconstructed body',
    status: 503,
    headers: { 'content-type': 'application/json' },
    body: '{"statusCode":503,"message":"Service unavailable","errors":[{"code":"ServiceUnavailable"}]}',
    field: 'deliver',
    expected: 'unavailable',
  },
];

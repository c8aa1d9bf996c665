import type { LabelledAnswer } from '../labelled-answer.ts';

export const braintree: readonly LabelledAnswer[] = [
  {
    source: 'braintree_python test_graphql_client: errorClass RESOURCE_LIMIT (find_string)',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"error message","extensions":{"errorClass":"RESOURCE_LIMIT"}}]}',
    field: 'chargePaymentMethod',
    expected: 'throttled',
    waitMs: null,
  },
  {
    source: 'reconstructed from braintree_python graphql_client: errorClass AUTHENTICATION',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Authentication credentials are invalid.","extensions":{"errorClass":"AUTHENTICATION"}}]}',
    field: 'chargePaymentMethod',
    expected: 'unauthorised',
  },
  {
    source: 'reconstructed from braintree_python graphql_client: errorClass AUTHORIZATION',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"no","extensions":{"errorClass":"AUTHORIZATION"}}]}',
    field: 'chargePaymentMethod',
    expected: 'refused',
  },
  {
    source: 'braintree_python test_graphql_client: errorClass VALIDATION (find_string)',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"error message","path":["chargePaymentMethod"],"extensions":{"errorClass":"VALIDATION","legacyCode":"81703"}}],"data":{"chargePaymentMethod":null}}',
    field: 'chargePaymentMethod',
    expected: 'refused',
  },
  {
    source: 'reconstructed from braintree_python graphql_client: errorClass SERVICE_AVAILABILITY',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"down","extensions":{"errorClass":"SERVICE_AVAILABILITY"}}]}',
    field: 'chargePaymentMethod',
    expected: 'unavailable',
  },
  {
    source: 'reconstructed from braintree_python graphql_client: errorClass INTERNAL',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"oops","extensions":{"errorClass":"INTERNAL"}}]}',
    field: 'chargePaymentMethod',
    expected: 'failed',
  },
];

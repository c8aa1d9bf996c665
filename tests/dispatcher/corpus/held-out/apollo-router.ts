import type { LabelledAnswer } from '../labelled-answer.ts';

export const apolloRouter: readonly LabelledAnswer[] = [
  {
    source: 'apollographql/router traffic_shaping.rs test_router_timeout: 504',
    status: 504,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Your request has been timed out","extensions":{"code":"GATEWAY_TIMEOUT"}}]}',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'apollographql/router traffic_shaping.rs test_subgraph_timeout: 200',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Your request has been timed out","path":[],"extensions":{"code":"GATEWAY_TIMEOUT","service":"s"}}],"data":null}',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'apollographql/router PR 5578: 408 as a structured error; reconstructed code REQUEST_TIMEOUT',
    status: 408,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Request timed out","extensions":{"code":"REQUEST_TIMEOUT"}}]}',
    field: 'deliver',
    expected: 'failed',
  },
  {
    source: 'apollographql/router docs/source/routing/errors.mdx: PERSISTED_QUERY_ID_REQUIRED; reconstructed body',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"The operation was not executed.","extensions":{"code":"PERSISTED_QUERY_ID_REQUIRED"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'apollographql/router docs/source/routing/errors.mdx: GRAPHQL_UNKNOWN_OPERATION_NAME; reconstructed body',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"The operation was not executed.","extensions":{"code":"GRAPHQL_UNKNOWN_OPERATION_NAME"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'apollographql/router docs/source/routing/errors.mdx: VALIDATION_INVALID_TYPE_VARIABLE; reconstructed body',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"The operation was not executed.","extensions":{"code":"VALIDATION_INVALID_TYPE_VARIABLE"}}],"data":null}',
    field: 'deliver',
    expected: 'refused',
  },
];

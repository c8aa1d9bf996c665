import type { LabelledAnswer } from '../labelled-answer.ts';

export const graphqlOverHttp: readonly LabelledAnswer[] = [
  {
    source:
      'graphql-over-http spec/GraphQLOverHTTP.md, application/graphql-response+json: document validation failure is 400; reconstructed body',
    status: 400,
    headers: { 'content-type': 'application/graphql-response+json; charset=utf-8' },
    body: '{"errors":[{"message":"Cannot query field \\"x\\" on type \\"Mutation\\"."}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'graphql-over-http spec/GraphQLOverHTTP.md: invalid parameters are 400; reconstructed body',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Must provide query string."}]}',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'graphql-over-http spec/GraphQLOverHTTP.md: a mutation over GET is 405',
    status: 405,
    headers: { allow: 'POST' },
    body: 'Method Not Allowed',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source:
      "graphql-over-http spec/GraphQLOverHTTP.md: a body of application/json that is not 2xx may be a proxy's; reconstructed",
    status: 502,
    headers: { 'content-type': 'application/json' },
    body: '{"error":"bad gateway"}',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'graphql-over-http spec/GraphQLOverHTTP.md: payload too large is 413',
    status: 413,
    headers: {},
    body: '',
    field: 'deliver',
    expected: 'refused',
  },
];

import type { LabelledAnswer } from '../labelled-answer.ts';

export const javaAndNet: readonly LabelledAnswer[] = [
  {
    source: 'reconstructed from graphql-java: classification ValidationError',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"message":"Validation error (FieldUndefined@[x])","extensions":{"classification":"ValidationError"}}]}',
    field: 'deliver',
    expected: 'refused',
  },
];

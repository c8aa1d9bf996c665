import { execute as run, getOperationAST, GraphQLError, parse, validate, type DocumentNode } from 'graphql';
import { graphqlAnswer, refusal, graphqlResponse, type Answer } from './answer.ts';
import type { GraphqlRequest } from './receive.ts';
import { rootValue, schema, type Operations } from './schema.ts';

/**
 * A batch of 50 deliveries has 850. Above some 1,000 nested values the parser, which calls itself, runs out of stack.
 */
const maxTokens = 1_000;

/** Clients send one document, or one for each size of their batches. */
const maxDocuments = 100;

type Checked = { kind: 'valid'; document: DocumentNode } | { kind: 'refused'; answer: Answer };
export interface Executed {
  kind: 'executed' | 'refused';
  answer: Answer;
}

function failed(status: number, code: string, errors: readonly GraphQLError[]): Answer {
  const coded = errors.map((error) => ({ ...error.toJSON(), extensions: { ...error.extensions, code } }));
  return graphqlAnswer(status, graphqlResponse, { errors: coded });
}

function check(query: string): Checked {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { kind: 'refused', answer: failed(400, 'GRAPHQL_PARSE_FAILED', [error]) };
  }
  const errors = validate(schema, document);
  if (errors.length > 0) return { kind: 'refused', answer: failed(422, 'GRAPHQL_VALIDATION_FAILED', errors) };
  return { kind: 'valid', document };
}

/**
 * Executes GraphQL requests, with the statuses of GraphQL over HTTP (draft of August 2026), "Status Codes". Documents
 * that were valid once are remembered.
 */
export function createExecutor(): (request: GraphqlRequest, operations: Operations) => Promise<Executed> {
  const valid = new Map<string, Checked>();

  function checked(query: string): Checked {
    const known = valid.get(query);
    if (known) return known;
    const fresh = check(query);
    if (fresh.kind === 'valid') {
      if (valid.size === maxDocuments) valid.clear();
      valid.set(query, fresh);
    }
    return fresh;
  }

  return async ({ query, operationName, variables, accepted }, operations) => {
    const document = checked(query);
    if (document.kind === 'refused') return document;
    if (!getOperationAST(document.document, operationName)) {
      const message =
        operationName === null ? 'Name one of the operations.' : `No operation is named ${operationName}.`;
      return { kind: 'refused', answer: refusal(422, 'OPERATION_RESOLUTION_FAILURE', message) };
    }
    const result = await run({
      schema,
      rootValue,
      document: document.document,
      contextValue: operations,
      variableValues: variables,
      operationName,
    });
    if (result.data === undefined)
      return { kind: 'refused', answer: failed(422, 'BAD_USER_INPUT', result.errors ?? []) };
    // 294, partial success, only where the client knows that media type; elsewhere 200 as ever.
    const status = result.errors && accepted === graphqlResponse ? 294 : 200;
    return { kind: 'executed', answer: graphqlAnswer(status, accepted, result) };
  };
}

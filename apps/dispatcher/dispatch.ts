import { ClientError, GraphQLClient } from 'graphql-request';
import { Kind, OperationTypeNode, parse, print } from 'graphql';
import { nameError } from '../shared/log.ts';
import {
  NoAnswer,
  NotWritten,
  type AnswerHeaders,
  type Connections,
  type Exchanged,
  type Written,
} from './connection.ts';
import type { HeaderFields } from './credential.ts';
import type { Slot } from './permit.ts';
import type { Sign } from './sign.ts';

/** What came back of one call; not yet judged. */
export type Answer =
  /** A body that is GraphQL, whatever its status. */
  | {
      readonly kind: 'graphql';
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly body: GraphQLBody;
      readonly text: string;
    }
  /** A whole answer that is not GraphQL: a proxy's page, broken JSON, nothing. */
  | { readonly kind: 'unreadable'; readonly status: number; readonly headers: AnswerHeaders; readonly text: string }
  /** Written, and then no whole answer: the mutation may have run. */
  | { readonly kind: 'none'; readonly why: string }
  /** Never written: no connection. */
  | { readonly kind: 'unreachable'; readonly why: string }
  /** Never written: the slot had passed, or calls were forbidden in between. */
  | { readonly kind: 'late' };

export interface GraphQLBody {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLErrorBody[];
  readonly extensions?: unknown;
}

/** An error of a response, as far as it is looked at; anything a target sends may be missing or of another type. */
export interface GraphQLErrorBody {
  readonly message?: unknown;
  readonly path?: unknown;
  readonly extensions?: unknown;
}

export interface Call {
  readonly operation: Operation;
  /** JSON source text of the variables. */
  readonly variables: string;
  /** By which the target knows a mutation again. */
  readonly key?: string;
  readonly traceparent: string;
  readonly tracestate?: string;
  /** What shows who calls. */
  readonly credential: HeaderFields;
}

export type Dispatch = (call: Call, slot: Slot, mayWrite: () => boolean) => Promise<Answer>;

/** What is asked of the target, and the response field that carries its result. */
export interface Operation {
  readonly type: 'query' | 'mutation';
  readonly text: string;
  readonly name: string | undefined;
  readonly field: string;
}

/** Whether there is a GraphQL server at all: what every one answers, whatever its schema. */
export const presence: Operation = { type: 'query', text: '{ __typename }', name: undefined, field: '__typename' };

/** Reads the configured mutation; throws a sentence where it is none with one root field and `$input`. */
export function parseMutation(text: string): Operation {
  const { operation, variables } = parseOne(text, OperationTypeNode.MUTATION);
  if (variables.length !== 1 || variables[0] !== 'input') throw new Error('must take exactly one variable, $input');
  return operation;
}

/** Reads a configured query; throws a sentence where it is none with one root field. */
export function parseQuery(text: string): OperationOf {
  return parseOne(text, OperationTypeNode.QUERY);
}

interface OperationOf {
  readonly operation: Operation;
  /** Names, without `$`. */
  readonly variables: readonly string[];
}

function parseOne(text: string, type: OperationTypeNode.MUTATION | OperationTypeNode.QUERY): OperationOf {
  const document = parse(text);
  const [operation, ...more] = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation?.operation !== type || more.length > 0) throw new Error(`must hold exactly one operation, a ${type}`);
  const variables = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const [root, ...others] = operation.selectionSet.selections;
  if (root?.kind !== Kind.FIELD || others.length > 0) throw new Error('must select exactly one field');
  const field = root.alias?.value ?? root.name.value;
  return { operation: { type, text: print(document), name: operation.name?.value, field }, variables };
}

/**
 * The only place that speaks GraphQL. graphql-request's errors quote the query, the variables and the answer, and some of
 * its failures lose the status: none of them leaves this file, and the answer is read off the response itself.
 */
export function createDispatch(endpoint: URL, connections: Connections, timeoutMs: number, sign?: Sign): Dispatch {
  /** What graphql-request sends with each request is always the same. */
  let usual: HeaderFields | undefined;
  return async ({ operation, variables, key, traceparent, tracestate, credential }, slot, mayWrite) => {
    let seen: Exchanged | undefined;
    // Deadline, body and fields go past graphql-request, which would convert and check each of them.
    const deadline = new AbortController();
    const fields = {
      ...credential,
      ...(key === undefined ? {} : { 'idempotency-key': `"${key}"` }),
      traceparent,
      ...(tracestate === undefined ? {} : { tracestate }),
    };
    const client = new GraphQLClient(endpoint.href, {
      // It would parse the document for each call.
      excludeOperationName: true,
      jsonSerializer: {
        // Variables travel as source text, which `JSON.stringify` cannot write: it is put beside the parts that it can.
        stringify: () => bodyOf(operation, variables),
        // The answer is read off its text below, once.
        parse: () => nothing,
      },
      fetch: async (_url, init) => {
        usual ??= Object.fromEntries(new Headers(init?.headers));
        const request = { fields: { ...usual, ...fields }, body: init?.body as string, signal: deadline.signal };
        seen = await connections.exchange(await signed(request, sign), slot, mayWrite);
        return responseOf(seen);
      },
    });
    // Cleared with the call: `AbortSignal.timeout` would keep its timer, and fire, for each call of the last ten seconds.
    const timer = setTimeout(() => deadline.abort(new DOMException('', 'TimeoutError')), timeoutMs);
    try {
      await client.rawRequest({
        query: operation.text,
      });
    } catch (error) {
      if (error instanceof NotWritten) {
        return error.why === 'late' ? { kind: 'late' } : { kind: 'unreachable', why: nameError(error.cause) };
      }
      if (error instanceof NoAnswer) return { kind: 'none', why: nameError(error.cause) };
      if (seen === undefined && !(error instanceof ClientError)) return { kind: 'none', why: nameError(error) };
    } finally {
      clearTimeout(timer);
    }
    if (seen === undefined) return { kind: 'none', why: 'the answer was empty' };
    const body = readBody(seen.text);
    return body === undefined ? { kind: 'unreadable', ...seen } : { kind: 'graphql', ...seen, body };
  };
}

/** As much of a response as graphql-request looks at. */
function responseOf({ status, headers, text }: Exchanged): Response {
  const seen = { ok: status >= 200 && status < 300, status, headers, text: () => Promise.resolve(text) };
  return seen as Pick<Response, 'ok' | 'status' | 'text'> as Response;
}

async function signed(request: Written, sign: Sign | undefined): Promise<Written> {
  if (sign === undefined) return request;
  try {
    return { ...request, fields: await sign(request.fields, request.body) };
  } catch (error) {
    throw new NotWritten('unreachable', error);
  }
}

function bodyOf({ text, name }: Operation, variables: string): string {
  const named = name === undefined ? '' : `"operationName":${JSON.stringify(name)},`;
  return `{"query":${JSON.stringify(text)},${named}"variables":${variables}}`;
}

/** An execution result for graphql-request, which looks no further. */
const nothing = { data: null };

/** A GraphQL response is an object with `data` or a list of errors (GraphQL spec §7.1); everything else is not one. */
export function readBody(text: string): GraphQLBody | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { data, errors, extensions } = body as Record<string, unknown>;
  const isList = Array.isArray(errors) && errors.length > 0;
  if (data === undefined && !isList) return undefined;
  // Some targets list sentences: each is an error all the same.
  const objects = (list: readonly unknown[]) =>
    list.map((error) => (typeof error === 'object' && error !== null ? error : { message: error }));
  return { data, ...(isList ? { errors: objects(errors) } : {}), extensions };
}

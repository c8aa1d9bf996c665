import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { memberTexts } from '../shared/json.ts';
import { negotiate, refusal, type Answer, type ResponseType } from './answer.ts';
import { parseJson, readBody } from './body.ts';
import type { Described } from './calls.ts';

/** A well-formed GraphQL-over-HTTP request. */
export interface GraphqlRequest {
  query: string;
  operationName: string | null;
  variables: Record<string, unknown>;
  accepted: ResponseType;
  described: Described;
}

export type Received =
  { kind: 'request'; request: GraphqlRequest } | { kind: 'refused'; answer: Answer } | { kind: 'left' };

const map = z.record(z.string(), z.unknown());
const parameters = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: map.nullish(),
  extensions: map.nullish(),
});

const refused = (...what: Parameters<typeof refusal>): Received => ({ kind: 'refused', answer: refusal(...what) });

const json = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** A string's value; a number as it is written, which JavaScript might not be able to hold. */
function scalar(text: string | undefined): string | null {
  if (text === undefined || !/^["\d-]/.test(text)) return null;
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** What the record says of `variables.input`: from the text, never from values, so that nothing is rounded. */
function describe(body: string): Described {
  const variables = memberTexts(body).get('variables');
  const input = variables?.startsWith('{') ? memberTexts(variables).get('input') : undefined;
  const members = input?.startsWith('{') ? memberTexts(input) : new Map<string, string>();
  return {
    key: scalar(members.get('key')),
    id: scalar(members.get('id')),
    type: scalar(members.get('type')),
    input: input ?? null,
  };
}

/** Reads a request by the rules of GraphQL over HTTP (draft of August 2026), "Status Codes". */
export async function receive(request: IncomingMessage): Promise<Received> {
  const { method, headers } = request;
  if (method !== 'POST')
    return refused(405, 'METHOD_NOT_ALLOWED', `${method ?? ''} is not served; use POST.`, { allow: 'POST' });
  const type = headers['content-type'];
  if (!json.test(type ?? ''))
    return refused(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      `Content-Type is ${type ?? 'missing'}; send application/json in UTF-8.`,
    );
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    return refused(415, 'UNSUPPORTED_MEDIA_TYPE', `Content-Encoding is ${encoding}; send the body as it is.`);
  const accepted = negotiate(headers.accept);
  if (!accepted)
    return refused(
      406,
      'NOT_ACCEPTABLE',
      `Accept is ${headers.accept ?? ''}; accept application/graphql-response+json.`,
    );

  const body = await readBody(request);
  if (body.kind === 'left') return { kind: 'left' };
  if (body.kind === 'faulty') return refused(body.status, 'BAD_REQUEST', body.message);
  const parsed = parseJson(body.text);
  if (parsed.kind === 'faulty') return refused(parsed.status, 'BAD_REQUEST', parsed.message);
  const wellFormed = parameters.safeParse(parsed.value);
  if (!wellFormed.success) {
    const faults = wellFormed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
    return refused(422, 'BAD_REQUEST', `Not a GraphQL request: ${faults.join('; ')}.`);
  }
  const { query, operationName, variables } = wellFormed.data;
  return {
    kind: 'request',
    request: {
      query,
      operationName: operationName ?? null,
      variables: variables ?? {},
      accepted,
      described: describe(body.text),
    },
  };
}

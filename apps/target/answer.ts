import { STATUS_CODES, type ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export const graphqlResponse = 'application/graphql-response+json';
export type ResponseType = typeof graphqlResponse | 'application/json';

/** RFC 9110 §12.5.1: the most specific range that names the type decides. */
function quality(type: ResponseType, ranges: Map<string, number>): number {
  return ranges.get(type) ?? ranges.get('application/*') ?? ranges.get('*/*') ?? 0;
}

/** The type to answer in, the newer one where the client likes both as well; undefined where it takes neither. */
export function negotiate(accept: string | undefined): ResponseType | undefined {
  if (accept === undefined) return graphqlResponse;
  const ranges = new Map(
    accept.split(',').map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return [type, q === undefined ? 1 : Number(q.slice(2))];
    }),
  );
  const modern = quality(graphqlResponse, ranges);
  const legacy = quality('application/json', ranges);
  if (modern > 0 && modern >= legacy) return graphqlResponse;
  return legacy > 0 ? 'application/json' : undefined;
}

/**
 * A GraphQL response. GraphQL over HTTP (draft of August 2026), "Body": `application/json` stands only on 2xx, since a
 * client cannot trust it to be GraphQL's on any other status.
 */
export function graphqlAnswer(status: number, accepted: ResponseType, response: object, headers = {}): Answer {
  const type = status < 300 ? accepted : graphqlResponse;
  return { status, headers: { 'content-type': `${type}; charset=utf-8`, ...headers }, body: JSON.stringify(response) };
}

/** An answer without data. */
export function refusal(status: number, code: string, message: string, headers = {}): Answer {
  return graphqlAnswer(status, graphqlResponse, { errors: [{ message, extensions: { code } }] }, headers);
}

/** 294 is GraphQL over HTTP's own; Node would call it "unknown". */
const reasonOf = (status: number): string => (status === 294 ? 'Partial Success' : (STATUS_CODES[status] ?? 'Unknown'));

export function writeHead(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  response.writeHead(status, reasonOf(status), { ...length, ...lowerCased(headers) });
}

export function write(response: ServerResponse, answer: Answer): void {
  writeHead(response, answer);
  response.end(answer.body);
}

/** Header names in one spelling, so that a given `Content-Length` replaces ours instead of standing beside it. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

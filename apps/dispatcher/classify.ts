import type { Answer, GraphQLBody } from './dispatch.ts';
import { waitFrom } from './retry-after.ts';

/** What one answer means for its event; what follows from it stands in `settle.ts`. */
export type Outcome =
  | { readonly kind: 'delivered' }
  /** The fleet is calling too fast: everybody stops. */
  | { readonly kind: 'throttled'; readonly waitMs: number; readonly reason: string }
  /** The target is not there, and did not run the mutation. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The mutation may have run. */
  | { readonly kind: 'in_doubt'; readonly reason: string }
  | { readonly kind: 'unauthorised'; readonly reason: string }
  /** This event will never be taken. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface ClassifyOptions {
  /** The response field of the mutation's result. */
  readonly field: string;
  /** Whether a mutation that may have run is to be told from one that failed. */
  readonly careful: boolean;
  /** Wall clock, ms: for waits that are given as a date. */
  readonly now: () => number;
}

const throttleCodes = new Set([
  'RATE_LIMITED',
  'RATELIMITED',
  'THROTTLED',
  'TOO_MANY_REQUESTS',
  'COMPLEXITY_BUDGET_EXHAUSTED',
  'DAILY_LIMIT_EXCEEDED',
  'REQUEST_RATE_LIMITED',
]);
const unauthorisedCodes = new Set(['UNAUTHENTICATED', 'UNAUTHORIZED']);
const unavailableCodes = new Set(['SERVICE_UNAVAILABLE']);
const refusedCodes = new Set([
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'FORBIDDEN',
  'BAD_REQUEST',
]);

/**
 * Judges an answer: the first rule that fits. The body counts before the status, since GraphQL servers answer errors with
 * 200, and data with errors with 294 or anything else (GraphQL over HTTP, §6.4); a throttle before all else, since taking
 * one for a success loses an event and taking one for a failure spends its attempts.
 */
export function classify(answer: Exclude<Answer, { kind: 'late' }>, options: ClassifyOptions): Outcome {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'unavailable', reason: answer.why };
    case 'none':
      return { kind: 'in_doubt', reason: answer.why };
    case 'graphql':
    case 'unreadable':
      return classifyResponse(answer, options);
    default:
      return answer satisfies never;
  }
}

type Response = Extract<Answer, { kind: 'graphql' | 'unreadable' }>;

function classifyResponse(answer: Response, { field, careful, now }: ClassifyOptions): Outcome {
  const { status, headers } = answer;
  const body = answer.kind === 'graphql' ? answer.body : undefined;
  const codes = codesOf(body);
  const has = (known: ReadonlySet<string>) => codes.find((code) => known.has(code));
  const delivered = body !== undefined && isDelivered(body, field);

  const throttle = has(throttleCodes);
  const exhausted = !delivered && (status === 200 || status === 403) && isExhausted(headers);
  if (throttle !== undefined || status === 429 || exhausted) {
    const reason = throttle ?? (exhausted ? `${status} with an exhausted limit` : '429');
    return { kind: 'throttled', waitMs: waitFrom(headers, body?.extensions, now()), reason };
  }
  if (delivered) return hasUserErrors(body, field) ? { kind: 'refused', reason: 'userErrors' } : { kind: 'delivered' };

  const mayHaveRun = (kind: 'unavailable' | 'failed', reason: string): Outcome =>
    careful ? { kind: 'in_doubt', reason } : { kind, reason };
  const unauthorised = has(unauthorisedCodes);
  if (status === 401 || unauthorised !== undefined) return { kind: 'unauthorised', reason: unauthorised ?? '401' };
  const refused = has(refusedCodes);
  if (refused !== undefined) return { kind: 'refused', reason: refused };
  if (status === 503 || has(unavailableCodes) !== undefined) return { kind: 'unavailable', reason: '503' };
  if (status === 502 || status === 504) return mayHaveRun('unavailable', String(status));
  if (body !== undefined && status < 300) {
    // Errors at our field, or no result at all: the resolver ran and said no, or broke half-way.
    return mayHaveRun(
      'failed',
      codes[0] ?? (body.errors === undefined ? 'the result is null' : 'errors without a code'),
    );
  }
  if ([400, 403, 404, 405, 406, 413, 414, 415, 422, 431, 451].includes(status)) {
    return { kind: 'refused', reason: String(status) };
  }
  if (status === 408 || status === 425) return { kind: 'failed', reason: String(status) };
  return mayHaveRun(
    'failed',
    answer.kind === 'unreadable' ? `${status} that is not GraphQL` : (codes[0] ?? String(status)),
  );
}

/** Data with our field, and no error at its path; an error elsewhere is somebody else's. */
function isDelivered({ data, errors = [] }: GraphQLBody, field: string): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const result = (data as Record<string, unknown>)[field];
  if (result === undefined || result === null) return false;
  return !errors.some(
    ({ path }) =>
      path === undefined || path === null || (Array.isArray(path) && path[0] === field && path.length === 1),
  );
}

/** Business errors that a mutation answers as data, as Shopify and many others do. */
function hasUserErrors({ data }: GraphQLBody, field: string): boolean {
  const result = (data as Record<string, unknown>)[field];
  if (typeof result !== 'object' || result === null) return false;
  const { userErrors } = result as { userErrors?: unknown };
  return Array.isArray(userErrors) && userErrors.length > 0;
}

function codesOf(body: GraphQLBody | undefined): string[] {
  return (body?.errors ?? []).flatMap(({ extensions }) => {
    const code =
      typeof extensions === 'object' && extensions !== null && 'code' in extensions ? extensions.code : undefined;
    // A code is a word of a known list or goes to the log as it is: bounded, and never a sentence.
    return typeof code === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? [code] : [];
  });
}

function isExhausted(headers: Headers): boolean {
  return headers.get('x-ratelimit-remaining')?.trim() === '0';
}

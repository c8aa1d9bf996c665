import type { ServerResponse } from 'node:http';

/**
 * Every way to be turned away: the one table behind the answers, the README and the OpenAPI document. Codes are stable;
 * clients may branch on them.
 */
export const refusals = {
  malformed: {
    status: 400,
    title: 'Malformed',
    when: 'the body is not JSON or UTF-8, or the event has no id',
    retry: false,
  },
  unauthenticated: {
    status: 401,
    title: 'Unauthenticated',
    when: 'there is no API key, token or signature, or it is not a valid one',
    retry: false,
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    when: 'the origin is not on the list, or the sender may not send this event',
    retry: false,
  },
  not_found: { status: 404, title: 'Not found', when: 'nothing is served at this path', retry: false },
  method_not_allowed: { status: 405, title: 'Method not allowed', when: 'the path takes another method', retry: false },
  timeout: { status: 408, title: 'Timeout', when: 'the request did not arrive in time', retry: true },
  too_large: {
    status: 413,
    title: 'Too large',
    when: 'the body, the event or the batch is larger than allowed',
    retry: false,
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    when: 'the content type or content encoding is none of those taken',
    retry: false,
  },
  invalid: { status: 422, title: 'Invalid', when: 'the event breaks a rule; errors lists every fault', retry: false },
  no_route: { status: 422, title: 'No route', when: 'no target takes events of this type', retry: false },
  rate_limited: {
    status: 429,
    title: 'Rate limited',
    when: 'the sender makes more requests than allowed',
    retry: true,
  },
  headers_too_large: {
    status: 431,
    title: 'Headers too large',
    when: 'the header fields are larger than 16 KiB',
    retry: false,
  },
  internal: {
    status: 500,
    title: 'Internal error',
    when: 'the receiver made a mistake; its log says more',
    retry: true,
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    when: 'the queue did not confirm the event in time: it may arrive; sending it again with the same id is safe',
    retry: true,
  },
  issuer_unavailable: {
    status: 503,
    title: 'Issuer unavailable',
    when: 'a token cannot be checked, as its issuer does not answer',
    retry: true,
  },
  saturated: { status: 503, title: 'Saturated', when: 'too much is under way already', retry: true },
  backlog_full: {
    status: 503,
    title: 'Backlog full',
    when: 'a target could not work off what waits for it in half the time that its queue keeps it',
    retry: true,
  },
} as const satisfies Record<string, { status: number; title: string; when: string; retry: boolean }>;

export type RefusalCode = keyof typeof refusals;

/** An answer is for its sender alone, and is what it says it is, also to a browser (OWASP ASVS 5.0, 3.4.4 and 14.3.2). */
export const everyAnswer = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
] as const;

/** The same, as `writeHead` takes them fastest. */
export const fieldsOfEveryAnswer: string[] = everyAnswer.flat();

/** Ends with a JSON body. All fields go at once: set one by one they cost each answer several times as much. */
export function answerJson(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  fields: readonly string[] = [],
): void {
  const length = String(Buffer.byteLength(body));
  const own = ['content-type', contentType, 'content-length', length];
  response.writeHead(status, [...own, ...fieldsOfEveryAnswer, ...fields]).end(body);
}

/** One fault of an event, at a JSON Pointer (RFC 6901) into what was sent; attributes of binary events stand at `/ce-…`. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
  readonly eventId?: string;
  readonly errors?: readonly Fault[];
  readonly retryAfterSeconds?: number;
  /** Targets whose queue has confirmed the event although the whole was refused. */
  readonly queued?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Which credential failed, and how: for our log alone. */
  readonly credential?: { readonly method: string; readonly result: string };
}

/** An RFC 9457 problem. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RefusalCode;
  readonly detail: string;
  readonly id?: string;
  readonly errors?: readonly Fault[];
  readonly queued?: readonly string[];
}

export function problemOf({ code, detail, eventId, errors, queued }: Refusal): Problem {
  const { status, title } = refusals[code];
  return {
    type: `urn:event-gateway:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(eventId === undefined ? {} : { id: eventId }),
    ...(errors === undefined ? {} : { errors }),
    ...(queued === undefined ? {} : { queued }),
  };
}

/** `more`: header fields besides those of the refusal, names and values in turn. */
export function refuse(response: ServerResponse, refusal: Refusal, more: readonly string[] = []): void {
  const problem = problemOf(refusal);
  const retryAfter = refusal.retryAfterSeconds ?? (refusals[refusal.code].retry ? 1 : undefined);
  const fields = Object.entries({
    ...refusal.headers,
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  const all = [...more, ...fields.flat()];
  answerJson(response, problem.status, 'application/problem+json', JSON.stringify(problem), all);
}

/** The expected end of a step that turned the request away. */
export interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

export function refused(code: RefusalCode, detail: string, more: Omit<Refusal, 'code' | 'detail'> = {}): Refused {
  return { ok: false, refusal: { code, detail, ...more } };
}

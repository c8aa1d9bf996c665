/** One error of an answer, as far as rules look at it. */
export interface ErrorSignals {
  /** Words and phrases that name what happened, in the order of how well they do. */
  readonly codes: readonly string[];
  readonly message: string;
  /** An HTTP status that the error tells of itself. */
  readonly status: number | undefined;
  /** How long it says to wait. */
  readonly waitMs: number | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** More errors say nothing new, and a target may send thousands. */
const mostErrors = 20;

/**
 * What the errors of an answer say. Servers put their codes at `extensions.code`; others at an error's `type` (GitHub),
 * `errorType` (AppSync), `extensions.errorType` (DGS), `extensions.type` (Linear), `extensions.classification` (graphql-java)
 * `extensions.category` (Lighthouse, Adobe Commerce), `extensions.errorClass` (Braintree) or in an object of their own below
 * `extensions` (Contentful, Saleor). monday and gateways answer without errors, as one object.
 */
export function readSignals(text: string): readonly ErrorSignals[] {
  const body = parse(text);
  if (body === undefined) return [];
  const { errors } = body;
  const listed = Array.isArray(errors) ? (errors as unknown[]).slice(0, mostErrors).map(ofError) : [];
  return body['data'] === undefined ? [...listed, ofObject(body)] : listed;
}

function ofError(error: unknown): ErrorSignals {
  if (typeof error === 'string') {
    return { codes: [], message: message(error), status: undefined, waitMs: waitIn(message(error)) };
  }
  const own = members(error);
  const extensions = members(own['extensions']);
  return {
    codes: words(
      extensions['code'],
      extensions['errorDetail'],
      extensions['errorType'],
      extensions['type'],
      extensions['classification'],
      extensions['category'],
      extensions['errorClass'],
      ...Object.values(extensions).map((vendor) => members(vendor)['code']),
      own['errorType'],
      own['type'],
      own['code'],
    ),
    message: message(own['message']),
    status: statusIn(extensions, members(extensions['http']), members(extensions['originalError'])),
    waitMs: waitOf(extensions),
  };
}

/** An answer that is an error itself: monday's older form, a gateway, an API that was never reached. */
function ofObject(body: Members): ErrorSignals {
  const says = message(body['message'] ?? body['error_message'] ?? body['errors']);
  return {
    codes: words(body['error_code'], body['code'], body['error_name'], body['error']),
    message: says,
    status: statusIn(body),
    waitMs: waitOf(body) ?? waitOf(members(body['error_data'])) ?? waitIn(says),
  };
}

/** Codes of the business errors that a mutation answers as data. */
export function codesOfData(errors: readonly unknown[]): readonly string[] {
  return errors.slice(0, mostErrors).flatMap((error) => words(members(error)['code']));
}

/** `HTTP` statuses of errors, by the names that are in use for them. */
function statusIn(...places: readonly Members[]): number | undefined {
  for (const place of places) {
    for (const name of ['status', 'statusCode', 'status_code', 'http_status', 'http_code']) {
      const value = place[name];
      if (typeof value === 'number' && value >= 400 && value < 600) return value;
    }
  }
  return undefined;
}

function waitOf(place: Members): number | undefined {
  for (const name of ['retry_in_seconds', 'retryAfterSeconds', 'retryAfter', 'retry_after']) {
    const value = place[name];
    if (typeof value === 'number' && value >= 0) return value * 1_000;
  }
  return undefined;
}

/** monday's older form says it in prose alone. */
function waitIn(sentence: string): number | undefined {
  const seconds = /^Complexity budget exhausted.* reset in (\d+) seconds$/.exec(sentence)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}

function words(...values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) => (typeof value === 'string' && value !== '' && value.length <= 64 ? [value] : []));
}

/** The start of a sentence, which is all that is looked at. */
function message(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 300) : '';
}

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function parse(text: string): Members | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Members) : undefined;
  } catch {
    return undefined;
  }
}

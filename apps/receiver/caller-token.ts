/** A session token of AWS is about 1 KB, and the URL escapes it. */
const mostChars = 8_192;

/** Shown by whoever asks for it, so that a token made for another service opens nothing here. */
export const audienceHeader = 'x-eventgw-audience';

/** Before what the caller signed, as base64url. */
const prefix = 'egw-sts.';

const signedHeaders = `host;${audienceHeader}`;

/** What a presigned `sts:GetCallerIdentity` says, and all that is taken from it. */
export interface CallerToken {
  readonly region: string;
  readonly accessKeyId: string;
  /** ms since 1970. */
  readonly signedAtMs: number;
  readonly expiresSeconds: number;
  readonly sessionToken: string | undefined;
  readonly signature: string;
}

const required = [
  'Action',
  'Version',
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
] as const;
const allowed: ReadonlySet<string> = new Set([...required, 'X-Amz-Security-Token']);

export const isCallerToken = (text: string): boolean => text.startsWith(prefix);

/**
 * Reads `egw-sts.` and the base64url of a presigned URL; `undefined` where anything is not as it must be. Parameters are named
 * to the letter and stand once: others, and the same in other letters, steered STS to another answer in CVE-2020-16250 and
 * CVE-2022-2385.
 */
export function readCallerToken(text: string): CallerToken | undefined {
  if (!isCallerToken(text) || text.length > mostChars) return undefined;
  const written = Buffer.from(text.slice(prefix.length), 'base64url').toString();
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const [, region = ''] = /^https:\/\/sts\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/.exec(url?.origin ?? '') ?? [];
  if (url === undefined || region === '' || url.pathname !== '/' || url.username !== '' || url.hash !== '')
    return undefined;
  const entries = [...url.searchParams];
  const values = new Map(entries);
  if (values.size !== entries.length || !entries.every(([name]) => allowed.has(name))) return undefined;
  if (!required.every((name) => values.has(name))) return undefined;

  const [, accessKeyId, day, scope] =
    /^([A-Z0-9]{16,128})\/(\d{8})\/([a-z0-9-]{1,32})\/sts\/aws4_request$/.exec(values.get('X-Amz-Credential') ?? '') ??
    [];
  const date = values.get('X-Amz-Date') ?? '';
  const [, signedDay] = /^(\d{8})T\d{6}Z$/.exec(date) ?? [];
  const signedAtMs = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const expires = values.get('X-Amz-Expires') ?? '';
  const signature = values.get('X-Amz-Signature') ?? '';
  const isRight =
    values.get('Action') === 'GetCallerIdentity' &&
    values.get('Version') === '2011-06-15' &&
    values.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' &&
    values.get('X-Amz-SignedHeaders') === signedHeaders &&
    scope === region &&
    signedDay !== undefined &&
    day === signedDay &&
    Number.isFinite(signedAtMs) &&
    /^[1-9]\d{0,2}$/.test(expires) &&
    /^[0-9a-f]{64}$/.test(signature);
  if (!isRight || accessKeyId === undefined) return undefined;
  return {
    region,
    accessKeyId,
    signedAtMs,
    expiresSeconds: Number(expires),
    sessionToken: values.get('X-Amz-Security-Token'),
    signature,
  };
}

/** The query that STS is asked with: built anew of what was read, so that nothing else of the caller's reaches it. */
export function queryOf({
  region,
  accessKeyId,
  signedAtMs,
  expiresSeconds,
  sessionToken,
  signature,
}: CallerToken): string {
  const date = new Date(signedAtMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  return new URLSearchParams([
    ['Action', 'GetCallerIdentity'],
    ['Version', '2011-06-15'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${accessKeyId}/${date.slice(0, 8)}/${region}/sts/aws4_request`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', String(expiresSeconds)],
    ['X-Amz-SignedHeaders', signedHeaders],
    ...(sessionToken === undefined ? [] : [['X-Amz-Security-Token', sessionToken]]),
    ['X-Amz-Signature', signature],
  ]).toString();
}

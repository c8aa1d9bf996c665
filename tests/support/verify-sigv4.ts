import type { IncomingMessage } from 'node:http';
import { scopeOf, sha256, signatureOf } from './sigv4.ts';

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** AWS allows clocks to differ by so much. */
const toleranceMs = 300_000;

/**
 * What is wrong with the signature of a request, as a service would check it; `undefined` where nothing is.
 */
export function faultOfSignature(
  { method = '', url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  body: Buffer,
  { accessKeyId, secretAccessKey, region, service }: Signer,
): string | undefined {
  const authorization = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, credential = '', names = '', signature] = authorization.exec(headers.authorization ?? '') ?? [];
  if (signature === undefined) return 'there is none';
  const time = String(headers['x-amz-date']);
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
  const atMs = Date.parse(`${y ?? ''}-${mo ?? ''}-${d ?? ''}T${h ?? ''}:${mi ?? ''}:${s ?? ''}Z`);
  if (!(Math.abs(Date.now() - atMs) < toleranceMs)) return `it is of another time: ${time}`;
  const scope = scopeOf({ time, region, service });
  if (credential !== `${accessKeyId}/${scope}`) return `it is for ${credential}`;
  const signed = names.split(';');
  for (const needed of ['host', 'x-amz-date', 'content-type']) {
    if (!signed.includes(needed)) return `it leaves out ${needed}`;
  }
  if (headers['x-amz-content-sha256'] !== sha256(body)) return 'it is of another body';
  const address = new URL(url, 'http://host');
  const right = signatureOf(secretAccessKey, {
    method,
    path: address.pathname,
    query: [...address.searchParams],
    headers: signed.map((name) => [name, String(headers[name])]),
    body,
    time,
    region,
    service,
  });
  return right === signature ? undefined : 'it is of another request or key';
}

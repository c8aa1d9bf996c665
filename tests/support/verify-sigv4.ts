import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
}

/** AWS allows clocks to differ by so much. */
const toleranceMs = 300_000;

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * What is wrong with the signature of a request; `undefined` where nothing is. Written from the AWS General Reference ("Create a
 * signed AWS API request"), as a service would check it.
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
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  if (credential !== `${accessKeyId}/${scope}`) return `it is for ${credential}`;
  const signed = names.split(';');
  for (const needed of ['host', 'x-amz-date', 'content-type']) {
    if (!signed.includes(needed)) return `it leaves out ${needed}`;
  }
  if (headers['x-amz-content-sha256'] !== sha256(body)) return 'it is of another body';
  const address = new URL(url, 'http://host');
  const query = [...address.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const canonical = [
    method,
    address.pathname.split('/').map(encode).join('/'),
    query,
    ...signed.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, time.slice(0, 8)));
  return hmac(key, toSign).toString('hex') === signature ? undefined : 'it is of another request or key';
}

import { createHash, createHmac } from 'node:crypto';

/** What AWS' Signature Version 4 signs. */
export interface Signed {
  readonly method: string;
  readonly path: string;
  /** Names and values, without the signature itself. */
  readonly query: readonly (readonly [string, string])[];
  /** Names and values, in the order in which `SignedHeaders` lists them. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | Buffer;
  /** `20261126T120000Z`. */
  readonly time: string;
  readonly region: string;
  readonly service: string;
}

export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

export function scopeOf({ time, region, service }: Pick<Signed, 'time' | 'region' | 'service'>): string {
  return `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** The right signature, written from the AWS General Reference ("Create a signed AWS API request"). */
export function signatureOf(secretAccessKey: string, signed: Signed): string {
  const { method, path, query, headers, body, time, region, service } = signed;
  const canonical = [
    method,
    path.split('/').map(encode).join('/'),
    query
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .toSorted()
      .join('&'),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    headers.map(([name]) => name).join(';'),
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scopeOf(signed), sha256(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, time.slice(0, 8)));
  return hmac(key, toSign).toString('hex');
}

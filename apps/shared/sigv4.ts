import { createHmac, hash } from 'node:crypto';

/** Who signs. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface SignedFields {
  readonly authorization: string;
  readonly 'x-amz-date': string;
  readonly 'x-amz-security-token'?: string;
}

/** The header fields to add to `POST /` with this body, at this time (ms since 1970). */
export type SignPost = (credentials: AwsCredentials, atMs: number, target: string, body: Buffer) => SignedFields;

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

/**
 * Signature Version 4 of AWS for the one shape of request that the JSON protocol of SQS has: POST to `/`, no query, with
 * `content-type`, `host` and `x-amz-target` (AWS General Reference, "Create a signed AWS API request"). The key of a day and
 * the text of a second are kept: they are most of the work of a signature.
 */
export function createSignPost(
  service: string,
  region: string,
  { host, contentType }: { readonly host: string; readonly contentType: string },
): SignPost {
  let second = Number.NaN;
  let date = '';
  let scope = '';
  let keptFor: AwsCredentials | undefined;
  let keptDay = '';
  let key: Buffer = Buffer.alloc(0);

  const tick = (atMs: number) => {
    if (Math.floor(atMs / 1_000) === second) return;
    second = Math.floor(atMs / 1_000);
    date = new Date(second * 1_000).toISOString().replace(/[-:]|\.000/g, '');
    scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  };
  const keyOf = (credentials: AwsCredentials): Buffer => {
    const day = date.slice(0, 8);
    if (credentials === keptFor && day === keptDay) return key;
    keptFor = credentials;
    keptDay = day;
    const parts = [day, region, service, 'aws4_request'];
    key = parts.reduce(
      (signing: string | Buffer, part) => hmac(signing, part).digest(),
      `AWS4${credentials.secretAccessKey}`,
    ) as Buffer;
    return key;
  };

  return (credentials, atMs, target, body) => {
    tick(atMs);
    const { sessionToken } = credentials;
    const token = sessionToken === undefined ? '' : `x-amz-security-token:${sessionToken}\n`;
    const names = `content-type;host;x-amz-date;${token === '' ? '' : 'x-amz-security-token;'}x-amz-target`;
    const fields = `content-type:${contentType}\nhost:${host}\nx-amz-date:${date}\n${token}x-amz-target:${target}\n`;
    const canonical = `POST\n/\n\n${fields}\n${names}\n${hash('sha256', body)}`;
    const signature = hmac(
      keyOf(credentials),
      `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', canonical)}`,
    ).digest('hex');
    return {
      authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
      'x-amz-date': date,
      ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }),
    };
  };
}

import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Account {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly arn: string;
}

export interface StsDouble {
  readonly url: string;
  /** How often it was asked. */
  asked: number;
  /** In the place of its own answer: status and body. */
  answer: readonly [number, string] | undefined;
  readonly close: () => Promise<void>;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * STS, as far as `GetCallerIdentity` goes: verifies the query's signature by the words of AWS' own documentation ("Authenticating
 * requests: query parameters"), as if it were at the host that the region names, and says whose key signed.
 */
export async function startSts(accounts: readonly Account[]): Promise<StsDouble> {
  const identify = (request: IncomingMessage): Account | undefined => {
    const url = new URL(request.url ?? '', 'http://sts');
    const query = [...url.searchParams];
    const value = (name: string) => url.searchParams.get(name) ?? '';
    const [accessKeyId = '', day = '', region = ''] = value('X-Amz-Credential').split('/');
    const account = accounts.find((each) => each.accessKeyId === accessKeyId);
    if (account === undefined || value('Action') !== 'GetCallerIdentity') return undefined;
    if ((account.sessionToken ?? '') !== value('X-Amz-Security-Token')) return undefined;
    const headerOf = (name: string) =>
      name === 'host' ? `sts.${region}.amazonaws.com` : String(request.headers[name] ?? '').trim();
    const canonicalQuery = query
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map(([name, each]) => `${escaped(name)}=${escaped(each)}`)
      .sort()
      .join('&');
    const signed = value('X-Amz-SignedHeaders').split(';');
    const headers = signed.map((name) => `${name}:${headerOf(name)}\n`).join('');
    const canonical = ['GET', '/', canonicalQuery, headers, signed.join(';'), sha256('')].join('\n');
    const scope = `${day}/${region}/sts/aws4_request`;
    const toSign = ['AWS4-HMAC-SHA256', value('X-Amz-Date'), scope, sha256(canonical)].join('\n');
    const key = [day, region, 'sts', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${account.secretAccessKey}`);
    return hmac(key, toSign).toString('hex') === value('X-Amz-Signature') ? account : undefined;
  };
  const server = createServer((request, response) => {
    sts.asked++;
    const account = identify(request);
    const [status, body] = sts.answer ?? [
      account === undefined ? 403 : 200,
      JSON.stringify(
        account === undefined
          ? { Error: { Code: 'SignatureDoesNotMatch' } }
          : { GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: account.arn, Account: '', UserId: '' } } },
      ),
    ];
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sts: StsDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: 0,
    answer: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return sts;
}

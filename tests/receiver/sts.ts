import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signatureOf } from '../support/sigv4.ts';

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

/**
 * STS, as far as `GetCallerIdentity` goes: verifies the query's signature, as if it were at the host that the region
 * names, and says whose key signed.
 */
export async function startSts(accounts: readonly Account[]): Promise<StsDouble> {
  const identify = (request: IncomingMessage): Account | undefined => {
    const url = new URL(request.url ?? '', 'http://sts');
    const query = [...url.searchParams];
    const value = (name: string) => url.searchParams.get(name) ?? '';
    const [accessKeyId = '', , region = ''] = value('X-Amz-Credential').split('/');
    const account = accounts.find((each) => each.accessKeyId === accessKeyId);
    if (account === undefined || value('Action') !== 'GetCallerIdentity') return undefined;
    if ((account.sessionToken ?? '') !== value('X-Amz-Security-Token')) return undefined;
    const headerOf = (name: string) =>
      name === 'host' ? `sts.${region}.amazonaws.com` : String(request.headers[name] ?? '');
    const right = signatureOf(account.secretAccessKey, {
      method: 'GET',
      path: '/',
      query: query.filter(([name]) => name !== 'X-Amz-Signature'),
      headers: value('X-Amz-SignedHeaders')
        .split(';')
        .map((name) => [name, headerOf(name)]),
      body: '',
      time: value('X-Amz-Date'),
      region,
      service: 'sts',
    });
    return right === value('X-Amz-Signature') ? account : undefined;
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

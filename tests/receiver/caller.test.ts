import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { createCheckCaller } from '../../apps/receiver/verify-caller.ts';
import { cloudEvent, startReceiver, structured, type Receiver } from './harness.ts';
import { startSts, type Account, type StsDouble } from './sts.ts';

const region = 'eu-west-1';
const host = `sts.${region}.amazonaws.com`;
const role: Account = {
  accessKeyId: 'ASIAQQQQQQQQQQQQQQQQ',
  secretAccessKey: 'a secret that only STS knows',
  sessionToken: 'IQoJb3JpZ2luX2VjE+/=',
  arn: 'arn:aws:sts::123456789012:assumed-role/orders/i-0123456789abcdef0',
};
const user: Account = { ...role, accessKeyId: 'AKIAQQQQQQQQQQQQQQQQ', arn: 'arn:aws:iam::999999999999:user/somebody' };

/** What the SDK's signer wants of a hash. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(chunk: string | ArrayBuffer | ArrayBufferView) {
    this.#hash.update(chunk as Uint8Array);
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
  reset() {
    throw new Error('Nothing here uses it');
  }
}

interface Presign {
  readonly account?: Account;
  readonly audience?: string;
  readonly at?: Date;
  readonly expiresIn?: number;
  readonly query?: Readonly<Record<string, string>>;
}

/** As a caller does it, with the SDK's own signer. */
async function presign(options: Presign = {}): Promise<URL> {
  const { account = role, audience = 'event-gateway', at = new Date(), expiresIn = 300, query = {} } = options;
  const signer = new SignatureV4({ credentials: account, region, service: 'sts', sha256: Sha256 });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15', ...query },
    headers: { host, 'x-eventgw-audience': audience },
  };
  const signed = await signer.presign(request, { expiresIn, signingDate: at });
  const url = new URL(`https://${host}/`);
  for (const [name, value] of Object.entries(signed.query ?? {})) url.searchParams.set(name, String(value));
  return url;
}

const credential = (query: URLSearchParams, change: (text: string) => string) =>
  query.set('X-Amz-Credential', change(query.get('X-Amz-Credential') ?? ''));
const tokenOf = (url: URL | string) => `egw-sts.${Buffer.from(String(url)).toString('base64url')}`;

describe('a presigned GetCallerIdentity', () => {
  let sts: StsDouble;
  let receiver: Receiver;
  beforeAll(async () => {
    sts = await startSts([role, user]);
    receiver = await startReceiver({
      sts: { audience: 'event-gateway', regions: [region], subjects: ['arn:aws:iam::123456789012:role/*'] },
      env: { AWS_ENDPOINT_URL_STS: sts.url },
    });
  });
  beforeEach(() => {
    sts.asked = 0;
    sts.answer = undefined;
  });
  afterAll(async () => {
    await receiver.close();
    await sts.close();
  });

  // No two tokens of one second are the same.
  let lasting = 100;
  const send = (token: string) =>
    receiver.request('POST', '/events', { ...structured, authorization: `Bearer ${token}` }, cloudEvent('one'));
  const refusedWith = async (token: string, detail: RegExp, asked = 0) => {
    const before = sts.asked;
    expect(await send(token)).toMatchObject({ status: 401, body: { detail: expect.stringMatching(detail) } });
    expect(sts.asked - before).toBe(asked);
  };

  it('opens for the role that signed it, and is asked about once', async () => {
    const token = tokenOf(await presign());
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(sts.asked).toBe(1);
    expect((await receiver.queued())[0]).toMatchObject({ sender: 'sts:arn:aws:iam::123456789012:role/orders' });
  });

  it('opens as a bearer alone', async () => {
    const headers = { ...structured, 'x-api-key': tokenOf(await presign({ expiresIn: lasting++ })) };
    expect(await receiver.request('POST', '/events', headers, cloudEvent('x'))).toMatchObject({ status: 401 });
    expect(sts.asked).toBe(0);
  });

  it('opens nothing where another audience, key or secret signed it, or it is too old', async () => {
    const minutes = (n: number) => new Date(Date.now() + n * 60_000);
    await refusedWith(tokenOf(await presign({ audience: 'somebody-else' })), /does not know who/, 1);
    await refusedWith(
      tokenOf(await presign({ account: { ...role, secretAccessKey: 'guessed' } })),
      /does not know who/,
      1,
    );
    await refusedWith(tokenOf(await presign({ account: user })), /does not know who|none of those/, 1);
    await refusedWith(tokenOf(await presign({ at: minutes(-6), expiresIn: 900 })), /too long ago/);
    await refusedWith(tokenOf(await presign({ at: minutes(-2), expiresIn: 60 })), /too long ago/);
    await refusedWith(tokenOf(await presign({ at: minutes(3) })), /ahead/);
  });

  it('opens nothing, and STS is not asked, where anything of the request could be another', async () => {
    const url = await presign();
    const changed = (change: (url: URL) => void) => {
      const copy = new URL(url);
      change(copy);
      return tokenOf(copy);
    };
    const malformed = [
      // CVE-2022-2385: the same parameter twice, or in other letters.
      changed(({ searchParams }) => searchParams.append('Action', 'AssumeRole')),
      changed(({ searchParams }) => searchParams.append('Version', '2011-06-15')),
      changed(({ searchParams }) => searchParams.append('action', 'AssumeRole')),
      changed(({ searchParams }) => searchParams.append('x-amz-signedheaders', 'host')),
      // CVE-2020-16250: another action, or an answer that the caller shapes.
      changed(({ searchParams }) => searchParams.set('Action', 'AssumeRole')),
      changed(({ searchParams }) => searchParams.append('RoleSessionName', '{"Arn":"arn:aws:iam::1:role/x"}')),
      changed(({ searchParams }) => searchParams.set('X-Amz-SignedHeaders', 'host')),
      changed(({ searchParams }) => searchParams.set('X-Amz-Expires', '99999')),
      changed(({ searchParams }) => searchParams.delete('X-Amz-Date')),
      changed(({ searchParams }) => credential(searchParams, (text) => text.replace(region, 'us-east-1'))),
      changed(({ searchParams }) => credential(searchParams, (text) => text.replace(/\/\d{8}\//, '/20200101/'))),
      changed((copy) => (copy.pathname = '/elsewhere')),
      changed((copy) => (copy.port = '8443')),
      changed((copy) => (copy.username = 'x')),
      changed((copy) => (copy.hash = '#x')),
      changed((copy) => (copy.hostname = 'sts.eu-west-1.amazonaws.com.evil.example')),
      changed((copy) => (copy.hostname = '169.254.169.254')),
      tokenOf(String(url).replace('https:', 'http:')),
      tokenOf(String(url).replace(host, `${host}@evil.example`)),
      tokenOf(await presign({ query: { SomethingElse: '1' } })),
      tokenOf('not a url'),
      'egw-sts.',
      `egw-sts.${'A'.repeat(9_000)}`,
    ];
    for (const token of malformed) await refusedWith(token, /no presigned GetCallerIdentity/);
    await refusedWith(tokenOf(String(url).replaceAll(region, 'us-east-1')), /region/);
    expect(await receiver.queued()).toEqual([]);
  });

  it.each<readonly [number, string]>([
    [500, ''],
    [503, '{}'],
    [200, '<html>'],
    [200, '{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Arn":"me"}}}'],
    [200, ' '.repeat(300_000)],
    [302, ''],
  ])('is to be sent again where AWS answers %i %.20s', async (...answer) => {
    sts.answer = answer;
    const token = tokenOf(await presign({ expiresIn: lasting++ }));
    expect(await send(token)).toMatchObject({ status: 503, body: { code: 'issuer_unavailable' } });
    sts.answer = undefined;
    expect(await send(token)).toMatchObject({ status: 202 });
    await receiver.queued();
  });
});

describe('a flood of callers', () => {
  it('is asked about sixteen at a time, and who is known is not asked about', async () => {
    const nowMs = Date.parse('2026-11-26T12:00:00Z');
    let asked = 0;
    const answers: (() => void)[] = [];
    const check = createCheckCaller(
      { audience: 'event-gateway', regions: [region], subjects: ['*'] },
      {
        fetch: () => {
          asked++;
          const body = JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: role.arn } } });
          return new Promise((resolve) => answers.push(() => resolve(new Response(body))));
        },
        endpoint: () => 'https://sts.example',
        clock: () => nowMs,
      },
    );
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => tokenOf(await presign({ at: new Date(nowMs), expiresIn: 100 + i }))),
    );
    const checks = tokens.map((token) => check(token));
    expect(asked).toBe(16);
    for (const answer of answers) answer();
    const results = await Promise.all(checks);
    expect(results.filter(({ ok }) => ok)).toHaveLength(16);
    expect(results.filter((result) => !result.ok && result.fault === 'unchecked')).toHaveLength(4);
    expect(await check(tokens[0] ?? '')).toMatchObject({ ok: true });
    expect(asked).toBe(16);
  });

  it('leaves behind ten thousand identities at most', async () => {
    const nowMs = Date.parse('2026-11-26T12:00:00Z');
    let asked = 0;
    const body = JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: { Arn: role.arn } } });
    const check = createCheckCaller(
      { audience: 'event-gateway', regions: [region], subjects: ['*'] },
      {
        fetch: () => {
          asked++;
          return Promise.resolve(new Response(body));
        },
        endpoint: () => 'https://sts.example',
        clock: () => nowMs,
      },
    );
    const url = await presign({ at: new Date(nowMs) });
    const token = (n: number) => {
      url.searchParams.set('X-Amz-Signature', n.toString(16).padStart(64, '0'));
      return tokenOf(url);
    };
    for (let n = 0; n < 10_001; n++) expect((await check(token(n))).ok).toBe(true);
    expect((await check(token(10_000))).ok).toBe(true);
    expect(asked).toBe(10_001);
    expect((await check(token(0))).ok).toBe(true);
    expect(asked).toBe(10_002);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createIssuerKeys, type IssuerKeys } from '../../apps/receiver/issuer-keys.ts';
import { createCheckToken } from '../../apps/receiver/verify-token.ts';
import { createScope } from '../../apps/shared/scope.ts';
import { startIssuer, type IssuerDouble } from './issuer.ts';

const hourMs = 3_600_000;

describe("an issuer's keys", () => {
  let issuer: IssuerDouble;
  let keys: IssuerKeys;
  let nowMs: number;
  let faults: string[];
  beforeEach(async () => {
    issuer = await startIssuer();
    nowMs = 0;
    faults = [];
    keys = keysAt(undefined);
  });
  afterEach(() => issuer.close());

  const keysAt = (url: string | undefined) =>
    createIssuerKeys({
      issuer: issuer.url,
      keys: url,
      fetch,
      now: () => nowMs,
      unusable: (fault) => faults.push(fault),
    });
  const check = async () => {
    const checkToken = createCheckToken(
      [
        {
          name: 'aws',
          issuer: issuer.url,
          audience: 'event-gateway',
          subjects: ['*'],
          algorithms: ['ES256', 'RS256'],
          scope: createScope({}),
          keys,
        },
      ],
      Date.now,
    );
    return checkToken(await issuer.sign({ sub: 'orders' }));
  };
  const pages = () => issuer.asked.filter((path) => path === '/keys').length;

  it('are asked for with the first token, once for many, and again for a key that is new', async () => {
    const checks = await Promise.all(Array.from({ length: 20 }, check));
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(pages()).toBe(1);
    await issuer.rotate('RS256');
    nowMs = 29_000;
    expect(await check()).toMatchObject({ ok: false, fault: 'unknown' });
    expect(pages()).toBe(1);
    nowMs = 31_000;
    expect(await Promise.all([check(), check()])).toMatchObject([{ ok: true }, { ok: true }]);
    expect(pages()).toBe(2);
  });

  it('are not looked for on loopback because an issuer elsewhere says so', async () => {
    const asked: string[] = [];
    const issuerElsewhere = createIssuerKeys({
      issuer: 'https://issuer.example',
      keys: undefined,
      fetch: (url) => {
        asked.push(url instanceof Request ? url.url : url.toString());
        return Promise.resolve(new Response(`{"issuer":"https://issuer.example","jwks_uri":"${issuer.url}/keys"}`));
      },
      now: () => nowMs,
      unusable: (fault) => faults.push(fault),
    });
    await issuerElsewhere.renew();
    expect(faults).toEqual([expect.stringContaining('names keys without TLS')]);
    expect(asked).toEqual(['https://issuer.example/.well-known/openid-configuration']);
  });

  it('are found without discovery where the configuration says so', async () => {
    keys = keysAt(`${issuer.url}/jwks`);
    expect(await check()).toMatchObject({ ok: true });
    expect(issuer.asked).toEqual(['/jwks']);
  });

  it('outlast an issuer that does not answer, for a day', async () => {
    await keys.renew();
    issuer.answer = (_path, response) => response.writeHead(500).end();
    nowMs = 23 * hourMs;
    await keys.renew();
    expect(await check()).toMatchObject({ ok: true });
    nowMs = 25 * hourMs;
    expect(await check()).toMatchObject({ ok: false, fault: 'unchecked' });
    expect(faults).toEqual([expect.stringContaining('answered 500')]);
  });

  it.each<[string, NonNullable<IssuerDouble['answer']>, string]>([
    [
      'is redirected',
      (_path, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      'does not answer',
    ],
    ['never comes', (_path, response) => response.writeHead(200), 'does not answer'],
    ['is a page', (_path, response) => response.end('<html>'), 'no JSON'],
    ['is endless', (_path, response) => response.end(Buffer.alloc(300_000, ' ')), 'more than 262144 bytes'],
    [
      'is of another issuer',
      (_path, response) => response.end('{"issuer":"x","jwks_uri":"https://x"}'),
      'of another issuer',
    ],
    [
      'names keys that are reached without TLS',
      (_path, response) => response.end('{"issuer":"x","jwks_uri":"http://10.0.0.1/keys"}'),
      'names no keys',
    ],
    [
      'holds no keys',
      (path, response) => (path === '/keys' ? response.end('{"keys":[]}') : undefined),
      'is no set of keys',
    ],
  ])('are not believed where the answer %s', async (_what, answer, fault) => {
    issuer.answer = answer;
    expect(await check()).toMatchObject({ ok: false, fault: 'unchecked' });
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });
});

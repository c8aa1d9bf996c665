import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRequestToken } from '../../apps/dispatcher/request-token.ts';
import { hide } from '../../apps/shared/secret.ts';
import { startTokenEndpoint, type TokenEndpoint } from '../support/token-endpoint.ts';

let endpoint: TokenEndpoint;
beforeAll(async () => {
  endpoint = await startTokenEndpoint();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  [endpoint.answer, endpoint.lifeSeconds] = [undefined, 3_600];
  endpoint.requests.length = 0;
});

const never = new AbortController().signal;
const ask = (more: object = {}, secret = 'client-secret') => {
  const oauth2 = { tokenUrl: endpoint.url, clientId: 'gateway', clientSecret: { env: 'SECRET' }, ...more };
  return createRequestToken(oauth2, fetch)(hide(secret), never);
};
const faultOf = async (answer: (response: ServerResponse) => void): Promise<string> => {
  endpoint.answer = answer;
  const fault: unknown = await ask().catch((error: unknown) => error);
  if (!(fault instanceof Error)) throw new Error('It was taken for a token');
  return fault.message;
};
const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 60 };

describe('the request of a token', () => {
  it('is that of RFC 6749, §4.4, with client and secret as a form has them', async () => {
    await ask({ clientId: 'a:b c', scope: 'events.write orders', audience: 'https://crm' }, 'p@ss wörd%');
    const [{ headers, body } = { headers: {}, body: '' }] = endpoint.requests;
    const [scheme, pair = ''] = (headers.authorization ?? '').split(' ');
    expect([scheme, Buffer.from(pair, 'base64').toString()]).toEqual(['Basic', 'a%3Ab+c:p%40ss+w%C3%B6rd%25']);
    expect(headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    });
    expect(body).toBe('grant_type=client_credentials&scope=events.write+orders&audience=https%3A%2F%2Fcrm');
  });

  it.each([
    ['in seconds', 60, 60_000],
    ['as a string', '60', 60_000],
    ['not at all', undefined, 300_000],
    ['as null', null, 300_000],
    ['in years', 1e9, 86_400_000],
  ])('learns how long it lives, said %s', async (_how, expires_in, lifeMs) => {
    endpoint.answer = json({ ...good, token_type: 'bEaReR', expires_in });
    const issued = await ask();
    expect([issued.token.reveal(), issued.lifeMs]).toEqual(['abc', lifeMs]);
    expect(JSON.stringify(issued)).not.toContain('abc');
  });
});

describe('an answer that is no token', () => {
  it('is not fetched from where a redirect points', async () => {
    const location = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/';
    const fault = await faultOf((response) => response.writeHead(307, { location }).end());
    expect(fault).toBe(
      `The token endpoint ${endpoint.url} answered 307: redirects are not followed, so name the last address`,
    );
    expect(endpoint.requests).toHaveLength(1);
  });

  it('is not read to an end that it does not have', async () => {
    let written = 0;
    const fault = await faultOf((response) => {
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384, 0x20))) written += 16_384;
      };
      response.on('drain', pour);
      pour();
    });
    expect(fault).toContain('answered 200 with more than 65536 bytes');
    expect(written).toBeLessThan(50_000_000);
  });

  it('is not unpacked beyond that either', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const fault = await faultOf((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(fault).toContain('with more than 65536 bytes');
  });

  it('is not waited for for ever', async () => {
    const startedMs = performance.now();
    const fault = await faultOf((response) => {
      const drip = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(drip));
    });
    expect(fault).toContain('does not answer');
    expect(performance.now() - startedMs).toBeLessThan(7_000);
  });

  it.each([
    ['a page', (response: ServerResponse) => void response.end('<html>Sign in</html>'), 'with what is no JSON object'],
    ['a list', json([]), 'with what is no JSON object'],
    ['nothing', (response: ServerResponse) => void response.end(), 'with what is no JSON object'],
    ['a token with a line break', json({ ...good, access_token: 'a\r\nx-admin: yes' }), 'without an access_token'],
    ['a token with a control character', json({ ...good, access_token: 'a\u0000b' }), 'without an access_token'],
    ['a token beyond ASCII', json({ ...good, access_token: 'tökén' }), 'without an access_token'],
    ['an empty token', json({ ...good, access_token: '' }), 'without an access_token'],
    ['a long token', json({ ...good, access_token: 'x'.repeat(7_169) }), 'without an access_token'],
    ['a number', json({ ...good, access_token: 7 }), 'without an access_token'],
    ['a token of another type', json({ ...good, token_type: 'mac' }), 'without token_type bearer'],
    ['a token that has ended', json({ ...good, expires_in: 0 }), 'an expires_in that is no number of seconds'],
    ['a token that ends soon', json({ ...good, expires_in: 'soon' }), 'an expires_in that is no number of seconds'],
  ])('is refused: %s', async (_name, answer, says) => {
    const fault = await faultOf(answer);
    expect(fault).toContain(says);
    expect(fault).not.toMatch(/x-admin|Sign in|\n/);
  });

  it.each([
    [401, { error: 'invalid_client' }, 'answered 401 invalid_client: correct oauth2.clientId, or the secret'],
    [400, { error: 'invalid_scope' }, 'answered 400 invalid_scope: correct oauth2.scope'],
    [400, { error: 'slow_down' }, 'answered 400 slow_down: ask its issuer'],
    [400, { error: 'Basic Z2F0ZXdheTpjbGllbnQtc2VjcmV0' }, 'answered 400: ask its issuer'],
    [503, 'client-secret', 'answered 503: ask its issuer'],
  ])('is told by its status and its code alone: %d %j', async (status, body, says) => {
    const fault = await faultOf(json(body, status));
    expect(fault).toBe(
      `The token endpoint ${endpoint.url} ${says}${says.endsWith('secret') ? ' that oauth2.clientSecret names' : ''}`,
    );
  });

  it('is told where there is nobody', async () => {
    const fault: unknown = await ask({ tokenUrl: 'http://127.0.0.1:1/token?tenant=7' }).catch(
      (error: unknown) => error,
    );
    expect(String(fault)).toMatch(/The token endpoint http:\/\/127\.0\.0\.1:1\/token does not answer \(/);
  });
});

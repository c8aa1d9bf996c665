import { createHmac, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { startIssuer, type IssuerDouble } from './issuer.ts';
import { cloudEvent, startReceiver, structured, type Receiver } from './harness.ts';

const role = 'arn:aws:iam::123456789012:role/orders';
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token', () => {
  let issuer: IssuerDouble;
  let receiver: Receiver;
  beforeAll(async () => {
    issuer = await startIssuer();
    receiver = await startReceiver({
      jwt: {
        aws: {
          issuer: issuer.url,
          audience: 'event-gateway',
          subjects: ['arn:aws:iam::123456789012:role/*'],
          algorithms: ['RS256', 'ES256', 'ES384'],
          types: ['order.*'],
        },
      },
    });
  });
  afterAll(async () => {
    await receiver.close();
    await issuer.close();
  });

  const send = (token: string, type = 'order.created', id = 'one') =>
    receiver.request('POST', '/events', { ...structured, authorization: `Bearer ${token}` }, cloudEvent(id, { type }));
  const refusedWith = async (token: string, detail: RegExp) => {
    expect(await send(token)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated', detail: expect.stringMatching(detail) },
    });
  };

  it('of a known issuer for a known subject opens, for what that issuer may send', async () => {
    expect(await send(await issuer.sign({ sub: role }))).toMatchObject({ status: 202 });
    expect((await receiver.queued())[0]).toMatchObject({ id: 'one', sender: `aws:${role}` });
    expect(await send(await issuer.sign({ sub: role }), 'customer.created')).toMatchObject({ status: 403 });
  });

  it('may be of a clock that is half a minute off', async () => {
    const now = Math.floor(Date.now() / 1_000);
    expect(await send(await issuer.sign({ sub: role, exp: now - 30 }), 'order.created', 'late')).toMatchObject({
      status: 202,
    });
    expect(await send(await issuer.sign({ sub: role, nbf: now + 30 }), 'order.created', 'early')).toMatchObject({
      status: 202,
    });
    await refusedWith(await issuer.sign({ sub: role, exp: now - 90 }), /expired/);
    await receiver.queued();
  });

  it('opens nothing where it is not what it must be', async () => {
    const hour = 3_600;
    const now = Date.now() / 1_000;
    await refusedWith(await issuer.sign({ sub: 'arn:aws:iam::999999999999:role/orders' }), /sub/);
    await refusedWith(await issuer.sign({ sub: `${role}\u00e9` }), /sub/);
    await refusedWith(await issuer.sign({ sub: `arn:aws:iam::123456789012:role/${'x'.repeat(300)}` }), /sub/);
    await refusedWith(await issuer.sign({ sub: role, aud: 'somebody-else' }), /aud/);
    await refusedWith(await issuer.sign({ sub: role, exp: now - hour }), /expired/);
    await refusedWith(await issuer.sign({ sub: role, nbf: now + hour }), /nbf/);
    await refusedWith(await issuer.sign({}), /missing/);
    await refusedWith(await issuer.sign({ sub: role }, { lasts: false }), /missing/);
    await refusedWith(await issuer.sign({ sub: role, iss: 'https://another.example' }), /issuer/);
    await refusedWith(await issuer.sign({ sub: role, groups: 'x'.repeat(9_000) }), /no JSON Web Token/);
  });

  it("is judged by no key but its issuer's", async () => {
    const claims = { iss: issuer.url, sub: role, aud: 'event-gateway', exp: Math.floor(Date.now() / 1_000) + 300 };
    const unsigned = (header: object) => `${base64url(header)}.${base64url(claims)}.`;
    for (const alg of ['none', 'None', 'NONE', 'nOnE'])
      await refusedWith(unsigned({ alg }), /algorithm|no JSON Web Token/);
    await refusedWith(unsigned({ alg: 'ES256', kid: 'key-0' }), /signature|no JSON Web Token/);

    // HMAC with the public key as its secret: what a check that trusts the header would accept.
    const { keys } = (await (await fetch(`${issuer.url}/keys`)).json()) as { keys: [JWK] };
    const pem = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const secret of [pem, JSON.stringify(keys[0])]) {
      const body = `${base64url({ alg: 'HS256', kid: 'key-0' })}.${base64url(claims)}`;
      const mac = createHmac('sha256', secret).update(body).digest('base64url');
      await refusedWith(`${body}.${mac}`, /algorithm/);
    }

    const stranger = await generateKeyPair('ES256');
    const jwk = await exportJWK(stranger.publicKey);
    const foreign = (header: object) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'key-0', ...header }).sign(stranger.privateKey);
    const before = issuer.asked.length;
    await refusedWith(await foreign({}), /signature/);
    await refusedWith(await foreign({ jwk }), /signature/);
    await refusedWith(await foreign({ jku: `${issuer.url}/elsewhere`, x5u: `${issuer.url}/elsewhere` }), /signature/);
    await refusedWith(await foreign({ kid: '../../etc/passwd' }), /no one key/);
    expect(issuer.asked.slice(before)).not.toContain('/elsewhere');
    // An unknown key makes it ask at most once in half a minute.
    expect(issuer.asked.length - before).toBeLessThanOrEqual(2);

    for (const text of ['a.b.c', '..', 'e30.e30.', `${'a'.repeat(4_000)}.b.c`, 'a.b.c.d.e', `${unsigned({})}x`]) {
      await refusedWith(text, /no JSON Web Token|algorithm/);
    }
    expect(await receiver.queued()).toEqual([]);
  });

  it('opens only as a bearer, and beside API keys', async () => {
    const token = await issuer.sign({ sub: role });
    const headers = { ...structured, 'x-api-key': token };
    expect(await receiver.request('POST', '/events', headers, cloudEvent('x'))).toMatchObject({ status: 401 });
    expect(await receiver.post('{"id":"by-key"}')).toMatchObject({ status: 202 });
    await receiver.queued();
    const metrics = await receiver.app.metrics();
    expect(metrics).toContain('eventgw_auth_attempts_total{method="jwt",result="ok"} 4');
  });
});

describe('a token whose issuer does not answer', () => {
  it('is answered 503, to be sent again', async () => {
    const issuer = await startIssuer();
    issuer.answer = (_path, response) => response.writeHead(503).end();
    const receiver = await startReceiver({
      jwt: { aws: { issuer: issuer.url, audience: 'event-gateway', subjects: ['*'] } },
    });
    const told = await receiver.app.logged(({ msg }) => msg === 'jwt.keys_unusable');
    expect(told).toMatchObject({ level: 'warn', issuer: 'aws', fault: expect.stringContaining('answered 503') });
    const headers = { ...structured, authorization: `Bearer ${await issuer.sign({ sub: role })}` };
    const answer = await receiver.request('POST', '/events', headers, cloudEvent('x'));
    expect(answer).toMatchObject({ status: 503, body: { code: 'issuer_unavailable' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await receiver.post('{"id":"by-key"}')).toMatchObject({ status: 202 });
    await receiver.close();
    await issuer.close();
  });
});

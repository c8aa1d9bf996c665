import { afterEach, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway, type GatewayOptions } from '../support/gateway.ts';
import { startGuard, type Guard } from '../support/guard.ts';
import { startTokenEndpoint, type TokenEndpoint } from '../support/token-endpoint.ts';

const secret = 'the-client-secret-of-crm';

let endpoint: TokenEndpoint;
let guard: Guard;
let gateway: Gateway | undefined;
afterEach(async () => {
  for (const { token } of endpoint.given) gateway?.planted.add(token);
  await gateway?.close();
  await Promise.all([guard.close(), endpoint.close()]);
  gateway = undefined;
});

/** A gateway whose target takes tokens that are not older than their life, and none that was revoked. */
async function start(lifeSeconds: number, options: GatewayOptions) {
  endpoint = await startTokenEndpoint();
  endpoint.lifeSeconds = lifeSeconds;
  const revoked = new Set<string>();
  const isValid = (authorization: string | undefined) =>
    endpoint.given.some(
      ({ token, atMs }) =>
        authorization === `Bearer ${token}` && !revoked.has(token) && performance.now() < atMs + lifeSeconds * 1_000,
    );
  gateway = await startGateway({
    ...options,
    graphql: async (target) => {
      guard = await startGuard(target, ({ headers }) => (isValid(headers.authorization) ? undefined : 401));
      const clientSecret = { env: 'CRM_SECRET' };
      const oauth2 = { tokenUrl: endpoint.url, clientId: 'gateway', clientSecret, scope: 'events.write' };
      return { endpoint: guard.endpoint, auth: { oauth2 } };
    },
    env: { CRM_SECRET: secret },
  });
  const revoke = () => {
    for (const { token } of endpoint.given) revoked.add(token);
  };
  return { gateway, revoke };
}

describe('OAuth 2.0 client credentials', () => {
  it('are asked for once for a fleet, and once more where the target refuses them', async () => {
    const { gateway, revoke } = await start(3_600, { dispatchers: 3 });
    for (let i = 0; i < 30; i++) await gateway.send({ id: `first ${i}` });
    await gateway.delivered(30);
    expect([endpoint.requests.length, guard.turnedAway]).toEqual([1, []]);
    const [{ headers, body } = { headers: {}, body: '' }] = endpoint.requests;
    expect(headers.authorization).toBe(`Basic ${Buffer.from(`gateway:${secret}`).toString('base64')}`);
    expect(body).toBe('grant_type=client_credentials&scope=events.write');

    revoke();
    for (let i = 0; i < 30; i++) await gateway.send({ id: `second ${i}` });
    await gateway.delivered(60);
    expect(endpoint.requests).toHaveLength(2);
    expect(guard.turnedAway.length).toBeGreaterThan(0);
    const later = await gateway.startDispatcher();
    await gateway.send({ id: 'third' });
    await gateway.delivered(61);
    expect(endpoint.requests).toHaveLength(2);
    const unusable = [...gateway.dispatchers, later].flatMap(({ log }) => log.filter(({ level }) => level === 'error'));
    expect(unusable).toEqual([]);
  });

  it('are renewed before they end, and no call fails', async () => {
    const { gateway } = await start(4, { dispatchers: 2 });
    let sent = 0;
    while (endpoint.requests.length < 4) {
      await gateway.send({ id: `event ${sent++}` });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await gateway.delivered(sent);
    expect(guard.turnedAway).toEqual([]);
    const times = endpoint.given.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, at) => atMs - (times[at] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(1_900);
  });

  it('that are not given leave the old ones in use, and are told once with what to do', async () => {
    const { gateway } = await start(4, { dispatchers: 1 });
    endpoint.answer = (response) => response.writeHead(401).end('{"error":"invalid_client"}');
    const line = await gateway.dispatchers[0]?.logged(({ msg }) => msg === 'token.unavailable');
    expect(line).toMatchObject({
      level: 'error',
      target: 'crm',
      fault: expect.stringMatching(/answered 401 invalid_client: correct oauth2\.clientId/) as unknown,
    });
    await gateway.send({ id: 'while the old one lasts' });
    await gateway.delivered(1);
    endpoint.answer = undefined;
    await endpoint.asked(3);
    await gateway.send({ id: 'with the new one' });
    await gateway.delivered(2);
    expect(guard.turnedAway).toEqual([]);
    expect(gateway.dispatchers[0]?.log.filter(({ msg }) => msg === 'token.unavailable')).toHaveLength(1);
  });
});

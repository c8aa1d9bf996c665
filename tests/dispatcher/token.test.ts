import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Credential } from '../../apps/dispatcher/credential.ts';
import { createRequestToken } from '../../apps/dispatcher/request-token.ts';
import { loadScripts, type Scripts } from '../../apps/dispatcher/scripts.ts';
import { createSeal } from '../../apps/dispatcher/seal.ts';
import { createTokenShare } from '../../apps/dispatcher/share-token.ts';
import { openTokenCredential, renewAfterMs } from '../../apps/dispatcher/token.ts';
import { createFollowed } from '../../apps/shared/follow.ts';
import { hide, type Secret } from '../../apps/shared/secret.ts';
import { tokenKey, tokenLeaseKey } from '../../apps/shared/state-keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startTokenEndpoint, type TokenEndpoint } from '../support/token-endpoint.ts';

const names = { instance: 'tests', target: 'crm' };
const about = 'tests';

let server: TestRedis;
let script: Scripts['token'];
let endpoint: TokenEndpoint;
beforeAll(async () => {
  server = await startRedis();
  script = loadScripts(server.redis).token;
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.redis.flushall();
  endpoint = await startTokenEndpoint();
});
afterEach(() => endpoint.close());

interface PodOptions {
  readonly secret?: () => Secret;
  readonly script?: Scripts['token'];
  readonly now?: () => number;
}

let pods = 0;
function startPod(options: PodOptions = {}): Promise<Credential> {
  const pod = `pod-${++pods}`;
  const { secret: read = () => hide('client-secret'), now = () => performance.now() } = options;
  return openTokenCredential({
    secret: createFollowed({
      first: read(),
      read: () => Promise.resolve(read()),
      everyMs: 60_000,
      unusable: () => undefined,
    }),
    requestToken: createRequestToken(
      { tokenUrl: endpoint.url, clientId: 'gateway', clientSecret: { env: 'SECRET' } },
      fetch,
    ),
    shareOf: (secret) =>
      createTokenShare({
        script: options.script ?? script,
        names,
        pod,
        seal: createSeal(secret, about, randomBytes),
        now,
      }),
    unavailable: () => undefined,
    now,
    stop: new AbortController().signal,
  });
}
const startPods = (count: number, options?: PodOptions) =>
  Promise.all(Array.from({ length: count }, () => startPod(options)));
const bearer = (at: number) => ({ authorization: `Bearer ${endpoint.given.at(at)?.token ?? ''}` });

describe('the token of a fleet', () => {
  it('is asked for once, by one of those who start together', async () => {
    const fleet = await startPods(5);
    expect(endpoint.requests).toHaveLength(1);
    for (const { headers } of fleet) expect(headers()).toEqual(bearer(0));
    expect((await startPod()).headers()).toEqual(bearer(0));
    expect(endpoint.requests).toHaveLength(1);
  });

  it('stands in Redis, but for nobody to read', async () => {
    await startPod();
    const keys = await server.redis.keys('*');
    const held = await Promise.all(keys.map((key) => server.redis.get(key)));
    expect(keys).toEqual([expect.stringMatching(/^egw:\{tests\/crm\}:token:[\w-]{16}$/)]);
    expect(`${keys.join(' ')} ${held.join(' ')}`).not.toMatch(/token-[0-9a-f]{8}|client-secret/);
    expect(await server.redis.pttl(keys[0] ?? '')).toBeGreaterThan(3_590_000);
  });

  it('is replaced once where the target refuses it, whoever hears of it, and however often', async () => {
    const fleet = await startPods(3);
    const refused = fleet.map(({ headers }) => headers());
    await Promise.all(fleet.flatMap(({ refresh }, at) => [refresh(refused[at] ?? {}), refresh(refused[at] ?? {})]));
    expect(endpoint.requests).toHaveLength(2);
    for (const { headers } of fleet) expect(headers()).toEqual(bearer(1));
    await Promise.all(fleet.map(({ refresh }, at) => refresh(refused[at] ?? {})));
    expect(endpoint.requests).toHaveLength(2);
  });

  it('is not asked for again and again by a target that refuses them all', async () => {
    let passedMs = 0;
    const { headers, refresh } = await startPod({ now: () => performance.now() + passedMs });
    for (let i = 0; i < 5; i++) await refresh(headers());
    expect(endpoint.requests).toHaveLength(2);
    passedMs = 31_000;
    await refresh(headers());
    expect(endpoint.requests).toHaveLength(3);
  });

  it('is renewed before it ends, once for all', async () => {
    endpoint.lifeSeconds = 2;
    const fleet = await startPods(3);
    const stop = new AbortController();
    const following = fleet.map(({ follow }) => follow(stop.signal));
    await endpoint.asked(4);
    stop.abort();
    await Promise.all(following);
    const times = endpoint.given.map(({ atMs }) => atMs);
    for (const [at, atMs] of times.slice(1).entries()) {
      expect(atMs - (times[at] ?? 0)).toBeGreaterThan(900);
      expect(atMs - (times[at] ?? 0)).toBeLessThan(2_000);
    }
  });

  it('is asked for by another where the pod that wanted to ask died', async () => {
    const { name } = createSeal(hide('client-secret'), about, randomBytes);
    const keys = [tokenKey(names.instance, names.target, name), tokenLeaseKey(names.instance, names.target, name)];
    expect(await script(keys, ['dead', 300, ''])).toEqual({ ok: true, reply: ['ask'] });
    const startedMs = performance.now();
    await startPods(2);
    expect(performance.now() - startedMs).toBeGreaterThan(250);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('is another one for who knows another secret', async () => {
    const [before, after] = [await startPod(), await startPod({ secret: () => hide('rotated-secret') })];
    expect([before.headers(), after.headers()]).toEqual([bearer(0), bearer(1)]);
  });

  it('takes the secret as it is when it asks', async () => {
    let secret = hide('client-secret');
    const { headers, refresh } = await startPod({ secret: () => secret });
    secret = hide('rotated-secret');
    await refresh(headers());
    const sent = endpoint.requests.map(({ headers: { authorization = '' } }) =>
      Buffer.from(authorization.slice('Basic '.length), 'base64').toString(),
    );
    expect(sent).toEqual(['gateway:client-secret', 'gateway:rotated-secret']);
  });

  it('takes the place of what somebody else wrote there', async () => {
    const { name, close } = createSeal(hide('client-secret'), 'another target', randomBytes);
    expect(name).not.toBe(createSeal(hide('client-secret'), about, randomBytes).name);
    const key = tokenKey(names.instance, names.target, createSeal(hide('client-secret'), about, randomBytes).name);
    for (const text of ['garbage', '', close('{"token":"forged","lifeMs":1000}')]) {
      await server.redis.set(key, text, 'PX', 60_000);
      expect((await startPod()).headers()).toEqual(bearer(-1));
    }
    expect(endpoint.requests).toHaveLength(3);
  });

  it('is asked for by each pod alone while there is no Redis, but not because it blinks', async () => {
    const gone = () => Promise.resolve({ ok: false, reason: 'ECONNREFUSED' } as const);
    const fleet = await startPods(2, { script: gone });
    expect(endpoint.requests).toHaveLength(2);
    for (const { headers } of fleet) expect(Object.keys(headers())).toEqual(['authorization']);
    let blinks = 3;
    await startPods(2, { script: (...call) => (blinks-- > 0 ? gone() : script(...call)) });
    expect(endpoint.requests).toHaveLength(3);
  });

  it('keeps a pod from starting that cannot have it, after some tries', async () => {
    endpoint.answer = (response) => response.writeHead(401).end('{"error":"invalid_client"}');
    await expect(startPod()).rejects.toThrow(/answered 401 invalid_client: correct oauth2\.clientId/);
    expect(endpoint.requests).toHaveLength(3);
    await server.redis.flushall();
    endpoint.answer = (response) => {
      endpoint.answer = undefined;
      response.writeHead(503).end();
    };
    expect((await startPod()).headers()).toEqual(bearer(0));
  });
});

describe('a token is renewed', () => {
  it.each([
    [3_600_000, 2_880_000],
    [300_000, 240_000],
    [200_000, 140_000],
    [120_000, 60_000],
    [60_000, 30_000],
    [1_000, 500],
  ])('of a life of %d ms after %d', (lifeMs, afterMs) => {
    expect(renewAfterMs(lifeMs)).toBe(afterMs);
  });
});

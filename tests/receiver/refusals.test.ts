import { connect, type Socket } from 'node:net';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusals } from '../../apps/receiver/refuse.ts';
import { createDocumented, type Documented } from './documented.ts';
import { cloudEvent, parsed, raw, startReceiver, structured, type Answer, type Receiver } from './harness.ts';

const origin = 'https://shop.example';
const seen = new Set<string>();

describe('the receiver refuses', () => {
  let receiver: Receiver;
  let slow: Promise<string>;
  let document: Record<string, unknown>;
  let documented: Documented['documented'];
  let refusedAs: Documented['refusedAs'];

  beforeAll(async () => {
    receiver = await startReceiver({
      senders: ['tests', 'shop', 'shop', 'hasty'],
      match: ['com.example.*', 'order.*', 'event', 'both'],
      targets: { broken: { match: ['both', 'nowhere'], queue: 'http://127.0.0.1:1/000000000000/none' } },
      config: {
        inbound: { requests: 200, per: '1h' },
        cors: { origins: [origin] },
      },
    });
    // Takes as long as all the others together, so it starts first.
    slow = raw(receiver.port, 'POST /events HTTP/1.1\r\nHost: x\r\n');
    document = (await receiver.request('GET', '/openapi.json')).body as Record<string, unknown>;
    ({ documented, refusedAs } = createDocumented(document, seen));
  });
  afterAll(() => receiver.close());

  it('by a document that is OpenAPI', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect({ valid, errors }).toMatchObject({ valid: true });
  });

  it('nothing of what is right', async () => {
    const one = await receiver.post('{"id":"1"}');
    expect(one.status).toBe(202);
    expect(one.headers.get('cache-control')).toBe('no-store');
    expect(one.headers.get('x-content-type-options')).toBe('nosniff');
    documented(one);
    const many = await receiver.post('[{"id":"1"}]', {}, '/events/batch');
    expect(many.status).toBe(202);
    documented(many, '/events/batch');
  });

  it.each<[string, string, Record<string, string>, keyof typeof refusals]>([
    ['no JSON', '{', {}, 'malformed'],
    ['no object', '[1]', {}, 'malformed'],
    ['no id', '{}', {}, 'malformed'],
    ['no content type', '{"id":"1"}', { 'content-type': 'text/plain' }, 'unsupported_media_type'],
    ['an encoding', '{"id":"1"}', { 'content-encoding': 'gzip' }, 'unsupported_media_type'],
    ['another format', '<x/>', { 'content-type': 'application/cloudevents+xml' }, 'unsupported_media_type'],
    ['a foreign origin', '{"id":"1"}', { origin: 'https://evil.example' }, 'forbidden'],
    ['a type that nobody takes', cloudEvent('1', { type: 'unheard-of' }), structured, 'no_route'],
    ['no specversion', '{"id":"1","source":"/","type":"t"}', structured, 'invalid'],
    ['a body beyond the limit', `{"id":"1","pad":"${'x'.repeat(1_200_000)}"}`, {}, 'too_large'],
    ['an event beyond SQS', `{"id":"1","pad":"${'x'.repeat(1_040_000)}"}`, {}, 'too_large'],
    ['a queue that is gone', cloudEvent('1', { type: 'nowhere' }), structured, 'unavailable'],
  ])('%s', async (_what, body, headers, code) => {
    refusedAs(await receiver.post(body, headers), code);
  });

  it('naming the queues that have it already', async () => {
    const answer = await receiver.post(cloudEvent('part', { type: 'both' }), structured);
    refusedAs(answer, 'unavailable');
    expect(answer.body).toMatchObject({ id: 'part', queued: ['crm'] });
  });

  it.each([
    ['GET', '/nowhere', 'not_found', null],
    ['GET', '/events', 'method_not_allowed', 'POST'],
    ['DELETE', '/openapi.json', 'method_not_allowed', 'GET'],
  ] as const)('%s %s', async (method, path, code, allow) => {
    const answer = await receiver.request(method, path);
    refusedAs(answer, code);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('a path that cannot be read', async () => {
    const head = 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const answer = parsed(await raw(receiver.port, head));
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    documented(answer);
  });

  it('headers beyond 16 KiB', async () => {
    const answer = parsed(await raw(receiver.port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(17_408)}\r\n\r\n`));
    expect(answer).toMatchObject({ status: 431, body: { code: 'headers_too_large' } });
    documented(answer);
  });

  describe('by key', () => {
    const withKey = (headers: Record<string, string>) =>
      receiver.request('POST', '/events', { 'content-type': 'application/json', ...headers }, '{"id":"key"}');

    it('none of the keys of one name, in either header', async () => {
      await receiver.queued();
      expect(await withKey({ 'x-api-key': receiver.keys[1] ?? '' })).toMatchObject({ status: 202 });
      expect(await withKey({ authorization: `Bearer ${receiver.keys[2] ?? ''}` })).toMatchObject({ status: 202 });
      expect((await receiver.queued()).map(({ sender }) => sender)).toEqual(['shop', 'shop']);
    });

    it.each<[string, (key: string) => Record<string, string>]>([
      ['none', () => ({})],
      ['mangled', (key) => ({ 'x-api-key': key.slice(0, -1) })],
      ['altered', (key) => ({ 'x-api-key': key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21) })],
      ['in the wrong scheme', (key) => ({ authorization: `Basic ${key}` })],
      ['unknown', () => ({ 'x-api-key': 'egw_000000000000_' + 'A'.repeat(43) + '00000000' })],
    ])('a key that is %s', async (_how, headers) => {
      const answer = await withKey(headers(receiver.key));
      refusedAs(answer, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(JSON.stringify(answer.body)).not.toContain(receiver.key.slice(17, 40));
    });
  });

  it('no origin on the list, and answers its preflight', async () => {
    const sent = await receiver.post('{"id":"cors"}', { origin });
    expect(sent.status).toBe(202);
    expect(sent.headers.get('access-control-allow-origin')).toBe(origin);
    const asked = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-api-key,ce-id,ce-myextension,x-other',
    };
    const preflight = await receiver.request('OPTIONS', '/events', asked);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(', ');
    expect(allowed).toEqual(expect.arrayContaining(['x-api-key', 'x-github-delivery', 'ce-id', 'ce-myextension']));
    expect(allowed).not.toContain('x-other');
    const evil = { ...asked, origin: 'https://evil.example' };
    const barred = await receiver.request('OPTIONS', '/events', evil);
    refusedAs(barred, 'forbidden');
    expect(barred.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('what a sender sends beyond its limit, and that sender alone', async () => {
    const hasty = () => receiver.post('{"id":"h"}', { 'x-api-key': receiver.keys[3] ?? '' });
    const first = await hasty();
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=200;w=3600');
    expect(first.headers.get('ratelimit')).toMatch(/^"default";r=199;t=3[56]\d\d$/);
    const answers: Answer[] = [];
    // A few at once: past its time limit a Redis counts as gone, and each receiver counts for itself.
    while (answers.length < 200) answers.push(...(await Promise.all(Array.from({ length: 5 }, hasty))));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(199);
    const [refused] = answers.filter(({ status }) => status === 429);
    if (refused === undefined) throw new Error('Nothing was refused');
    refusedAs(refused, 'rate_limited');
    expect(refused.headers.get('ratelimit')).toContain('r=0;');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect((await receiver.post('{"id":"patient"}')).status).toBe(202);
  });

  it('what it cannot take, and tells what the sender has left', async () => {
    for (const [body, code] of [
      ['no JSON', 'malformed'],
      ['[1]', 'malformed'],
      ['{"id":""}', 'malformed'],
    ] as const) {
      const refused = await receiver.post(body, { 'idempotency-key': body === '{"id":""}' ? '' : 'k' });
      refusedAs(refused, code);
      expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=\d+;t=\d+$/);
      expect(refused.headers.get('ratelimit-policy')).toBe('"default";q=200;w=3600');
    }
  });

  it('bodies beyond what it can hold, until they are gone', async () => {
    const head = `POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${receiver.key}\r\nContent-Type: application/json\r\n`;
    // All of a body but its end: it is held until its time is over.
    const large = `{"id":"l","pad":"${'x'.repeat(1_020_000)}"}`;
    const sockets: Socket[] = [];
    let turnedAway = 0;
    const hold = async (bytes: number) => {
      const socket = connect(receiver.port, '127.0.0.1').on('error', () => undefined);
      sockets.push(socket);
      socket.once('data', () => turnedAway++);
      const part = Buffer.concat([
        Buffer.from(`${head}Content-Length: ${bytes + 1}\r\n\r\n`),
        Buffer.alloc(bytes, 0x20),
      ]);
      await new Promise((resolve) => socket.write(part, resolve));
    };
    try {
      // More than it can hold; what is turned away for the last of them leaves less room than one of them takes.
      await Promise.all(Array.from({ length: 100 }, () => hold(1_100_000)));
      // A busy machine takes a while to read what the sockets hold.
      const readMs = performance.now() + 10_000;
      while (turnedAway === 0 && performance.now() < readMs) await new Promise((resolve) => setTimeout(resolve, 20));
      let answer = await receiver.post(large);
      while (answer.status === 202 && performance.now() < readMs) {
        await hold(200_000);
        answer = await receiver.post(large);
      }
      refusedAs(answer, 'saturated');
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    const deadline = performance.now() + 2_000;
    // What is held no more leaves room for one as large as that.
    while ((await receiver.post(large)).status !== 202) expect(performance.now()).toBeLessThan(deadline);
  });

  it('headers that never end', async () => {
    const answer = parsed(await slow);
    expect(answer).toMatchObject({ status: 408, body: { code: 'timeout' } });
    documented(answer);
    expect(await slow).toMatch(/\r\nretry-after: 1\r\n/i);
    expect(await slow).toMatch(/\r\nx-content-type-options: nosniff\r\n/);
  }, 20_000);

  it('in every way of the table but by a mistake of its own', () => {
    expect([...seen].sort()).toEqual(
      Object.keys(refusals)
        // A full backlog and issuers of tokens have files of their own.
        .filter((code) => !['internal', 'backlog_full', 'issuer_unavailable'].includes(code))
        .sort(),
    );
  });
});

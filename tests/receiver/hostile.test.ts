import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloudEvent, parsed, raw, startReceiver, structured, type Receiver } from './harness.ts';

const levels = (count: number) => '['.repeat(count) + ']'.repeat(count);

describe('a hostile client', () => {
  let receiver: Receiver;
  beforeAll(async () => (receiver = await startReceiver()));
  afterAll(() => receiver.close());
  afterEach(async () => {
    expect((await receiver.post('{"id":"good"}')).status).toBe(202);
    expect(receiver.app.child.exitCode).toBeNull();
  });

  const head = (...more: string[]) =>
    [
      'POST /events HTTP/1.1',
      'Host: x',
      `X-API-Key: ${receiver.key}`,
      'Content-Type: application/json',
      'Connection: close',
      ...more,
      '',
      '',
    ].join('\r\n');
  const send = async (bytes: string | Uint8Array) => parsed(await raw(receiver.port, bytes));
  const chunked = (body: string) =>
    `${head('Transfer-Encoding: chunked')}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

  it.each([
    '',
    'nul',
    '{"id":"1"',
    "{'id':1}",
    '{"id":"1"}x',
    '{"id":01}',
    '\ufeff{"id":"1"}',
    '{"id":"\u0001"}',
    'NaN',
  ])('sends what is no JSON: %j', async (body) => {
    expect(await receiver.post(body)).toMatchObject({ status: 400, body: { code: 'malformed' } });
  });

  it.each([[[0xff, 0xfe]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf0, 0x9f]]])(
    'sends what is no UTF-8: %j',
    async (bytes) => {
      const body = Buffer.concat([Buffer.from('{"id":"1","x":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expect(await receiver.post(new Uint8Array(body))).toMatchObject({ status: 400, body: { code: 'malformed' } });
      const binary = { 'ce-id': '1', 'ce-source': '/', 'ce-type': 't', 'ce-specversion': '1.0' };
      expect(await receiver.post(new Uint8Array(body), binary)).toMatchObject({ status: 400 });
    },
  );

  it('announces more than is taken', async () => {
    expect(await send(head('Content-Length: 5000000'))).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });

  it('sends more than is taken, all of it', async () => {
    const body = 'x'.repeat(1_500_000);
    expect(await send(`${head(`Content-Length: ${body.length}`)}${body}`)).toMatchObject({ status: 413 });
  });

  it('sends more than is taken, without saying so', async () => {
    expect(await send(chunked('x'.repeat(3_000_000)))).toMatchObject({ status: 413, body: { code: 'too_large' } });
  });

  it('nests as deep as is taken', async () => {
    expect(
      (await receiver.post(cloudEvent('d', { data: JSON.parse(levels(100)) as unknown }), structured)).status,
    ).toBe(202);
    expect((await receiver.post(`{"id":"d","x":${levels(99)}}`)).status).toBe(202);
  });

  it.each([101, 100_000, 500_000])('nests %d levels', async (count) => {
    const invalid = { status: 422, body: { code: 'invalid' } };
    const event = `{"specversion":"1.0","id":"d","source":"/","type":"t","data":${levels(count)}}`;
    expect(await receiver.post(event, structured)).toMatchObject(invalid);
    expect(await receiver.post(`{"id":"d","x":${levels(count)}}`)).toMatchObject(invalid);
    const batch = await receiver.post(`[${event},{"id":"fine"}]`, {}, '/events/batch');
    expect(batch).toMatchObject({ status: 207, body: { results: [{ code: 'invalid' }, { id: 'fine' }] } });
    const binary = { 'ce-id': '1', 'ce-source': '/', 'ce-type': 't', 'ce-specversion': '1.0' };
    expect(await receiver.post(levels(count), binary)).toMatchObject(invalid);
  });

  it('nests one level deeper than is taken, where the object itself is the data', async () => {
    const invalid = { status: 422, body: { code: 'invalid', errors: [{ pointer: '' }] } };
    expect(await receiver.post(`{"id":"d","x":${levels(100)}}`)).toMatchObject(invalid);
  });

  it('sends headers beyond 16 KiB', async () => {
    expect(await send(head(`X-Pad: ${'x'.repeat(17_408)}`))).toMatchObject({
      status: 431,
      body: { code: 'headers_too_large' },
    });
  });

  it.each<[string, string[]]>([
    ['both lengths', ['Transfer-Encoding: chunked', 'Content-Length: 4']],
    ['two lengths', ['Content-Length: 4', 'Content-Length: 5']],
    ['an obfuscated coding', ['Transfer-Encoding: xchunked']],
    ['a space before the colon', ['Transfer-Encoding : chunked']],
    ['a negative length', ['Content-Length: -1']],
  ])('smuggles by %s', async (_how, more) => {
    const smuggled = '0\r\n\r\nGET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n';
    const answer = await raw(receiver.port, head(...more) + smuggled);
    expect(parsed(answer)).toMatchObject({ status: 400, body: { code: 'malformed' } });
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it.each(['\x00\x01\x02', 'GET\r\n\r\n', 'POST /events HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01'])(
    'speaks no HTTP: %j',
    async (bytes) => {
      expect(await send(bytes)).toMatchObject({ status: 400, body: { code: 'malformed' } });
    },
  );

  it('breaks off a chunk', async () => {
    expect((await send(`${head('Transfer-Encoding: chunked')}zz\r\n`)).status).toBe(400);
  });

  it('never closes its half after its refusal', async () => {
    const ops = `http://127.0.0.1:${String(receiver.app.listening['ops_port'])}/metrics`;
    const open = async () =>
      Number(
        /^nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)$/m.exec(await (await fetch(ops)).text())?.[1] ?? 0,
      );
    const sockets = Array.from({ length: 20 }, () =>
      connect({ port: receiver.port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined),
    );
    const until = async (reached: (count: number) => boolean): Promise<number> => {
      const deadline = performance.now() + 4_000;
      let count = await open();
      while (!reached(count) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        count = await open();
      }
      return count;
    };
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      // The system connects them before the receiver has accepted them.
      const before = await until((count) => count >= 20);
      expect(before).toBeGreaterThanOrEqual(20);
      for (const socket of sockets) socket.resume().write('no HTTP\r\n\r\n');
      await Promise.all(sockets.map((socket) => once(socket, 'end')));
      expect(await until((count) => count < before - 15)).toBeLessThan(before - 15);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('goes away amid its body', async () => {
    const socket = connect(receiver.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.write(`${head('Content-Length: 100')}{"id":`, resolve));
    socket.resetAndDestroy();
    const refused = await receiver.app.logged(({ outcome }) => outcome === 'timeout');
    expect(refused).toMatchObject({ msg: 'request.refused' });
  });

  it('compresses a bomb', async () => {
    expect(await receiver.post('x', { 'content-encoding': 'gzip' })).toMatchObject({ status: 415 });
  });

  it('asks for paths that are none', async () => {
    for (const path of ['/%ff', '//', '/events/%2e%2e/%00', '/__proto__', '*', 'http://elsewhere/events/x']) {
      const answer = await send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
    }
  });

  it('is never quoted in the log', async () => {
    await receiver.post('{"id":"log","secret":"hunter2"}');
    await receiver.post('{"secret":"hunter2', {});
    const log = JSON.stringify(receiver.app.log);
    expect(log).not.toContain('hunter2');
    expect(log).not.toContain(receiver.key);
  });
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { input, mutation, raw, startTarget, type Running } from './harness.ts';

let running: Running;
beforeEach(async () => (running = await startTarget()));
afterEach(() => running.close());

const head = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

/** Still serves, and has counted this many calls before. */
async function servesAfter(calls: number): Promise<void> {
  expect((await running.deliver('alive')).status).toBe(200);
  expect(await running.summary()).toMatchObject({ calls: calls + 1, effects: 1 });
}

describe('a hostile client', () => {
  it.each([true, false])('is refused a body beyond 2 MiB, which says its size: %s', async (sized) => {
    const body = new Uint8Array(3 * 2 ** 20).fill(0x20);
    const answer = await fetch(running.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(sized ? { body } : { body: new Blob([body]).stream(), duplex: 'half' as const }),
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toHaveProperty('errors');
    expect(await running.calls()).toMatchObject([{ outcome: 'invalid', status: 413 }]);
    await servesAfter(1);
  });

  it('may send exactly 2 MiB and is refused one byte more', async () => {
    const empty = JSON.stringify({ query: mutation, variables: { input: input('big', { data: '' }) } });
    const fill = 'x'.repeat(2 * 2 ** 20 - empty.length);
    const full = empty.replace('"data":""', `"data":"${fill}"`);
    expect((await running.post(full)).status).toBe(200);
    expect((await running.post(`${full} `)).status).toBe(413);
    expect((await running.effects())[0]?.input).toContain(fill);
  });

  it.each([
    ['a byte that starts nothing', bytes('{"query":"', [0xff], '"}')],
    ['an overlong slash', bytes('{"query":"', [0xc0, 0xaf], '"}')],
    ['a surrogate as UTF-8', bytes('{"query":"', [0xed, 0xa0, 0x80], '"}')],
    ['a character cut off', bytes('{"query":"', [0xe2, 0x82])],
    ['UTF-16', new Uint8Array(Buffer.from('{"query":"{ __typename }"}', 'utf16le'))],
    ['a byte order mark', bytes([0xef, 0xbb, 0xbf], '{"query":"{ __typename }"}')],
  ])('is refused %s', async (_, body) => {
    const answer = await running.post(body);
    expect(answer.status).toBe(400);
    expect(answer.json()).toHaveProperty('errors');
    expect(await running.calls()).toMatchObject([{ outcome: 'invalid', status: 400, input: null }]);
    await servesAfter(1);
  });

  it('does not bring it down with depth', async () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000);
    expect((await running.post(deep)).status).toBe(422);
    const text = JSON.stringify({ query: mutation, variables: { input: input('deep', { data: 0 }) } });
    expect((await running.post(text.replace('"data":0', `"data":${deep}`))).status).toBe(200);
    expect((await running.effects())[0]?.input).toContain(deep);
    for (const query of [
      '{a'.repeat(100_000),
      `{ delivery(key: ${'['.repeat(490)}${']'.repeat(490)}) { id } }`,
      `{${' __typename'.repeat(2_000)} }`,
      `${'{a'.repeat(330)}${'}'.repeat(330)}`,
    ]) {
      expect([400, 422]).toContain((await running.query(query)).status);
    }
    expect((await running.admin('POST', '/faults', deep)).status).toBe(400);
  });

  it.each([
    ['a call', { query: '{ __typename }', variables: { __proto__: null, constructor: 1 } }],
    ['an operation', { query: '{ __typename }', operationName: 'constructor' }],
  ])('finds nothing inherited under the names of %s', async (_, body) => {
    const { status } = await running.post(JSON.stringify(body));
    expect([200, 422]).toContain(status);
    expect({}).not.toHaveProperty('polluted');
  });

  it('that leaves in the middle of its request is counted, and was nothing else', async () => {
    const socket = connect(running.port, '127.0.0.1');
    socket.write(`${head}Content-Length: 100\r\n\r\n{"query":`);
    while ((await running.summary()).calls === 0);
    socket.resetAndDestroy();
    await running.until('aborted');
    expect(await running.calls()).toMatchObject([{ outcome: 'aborted', status: null, effect: false }]);
    await servesAfter(1);
  });

  it('that is slow with its headers or its body is cut off by 408', async () => {
    const answers = await Promise.all([
      raw(running.port, 'POST /graphql HTTP/1.1\r\nHost: x\r\n'),
      raw(running.port, `${head}Content-Length: 100\r\n\r\n{"query":`),
    ]);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(await running.calls()).toMatchObject([{ outcome: 'aborted', status: null }]);
    await servesAfter(1);
  });

  it.each([
    ['no HTTP', 'HELLO\r\n\r\n', 400],
    ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ['a length beside chunks', `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['headers beyond 16 KiB', `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('is refused %s', async (_, text, status) => {
    expect(await raw(running.port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    await servesAfter(0);
  });
});

describe('the admin port', () => {
  it.each([
    ['GET', '/nothing', 404],
    ['GET', '/reset', 405],
    ['POST', '/summary', 405],
    ['DELETE', '/limit', 405],
    ['GET', '/constructor', 404],
  ])('answers %s %s with %d', async (method, path, status) => {
    const answer = await running.admin(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('allow') === null).toBe(status !== 405);
  });

  it.each([
    ['no JSON', 'NONSENSE', 400],
    ['nothing', undefined, 400],
    ['an empty list', [], 400],
    ['more than 2 MiB', ' '.repeat(2 * 2 ** 20 + 1), 413],
  ])('refuses %s as faults', async (_, body, status) => {
    expect((await running.admin('POST', '/faults', body)).status).toBe(status);
  });
});

describe('close', () => {
  it('cuts every connection, whatever it waits for, and lets nothing take effect any more', async () => {
    const target = await startTarget({ latencyMs: 30_000 });
    await target.fault(
      { fault: 'hang', match: { id: 'hang' } },
      { fault: 'latency', ms: 60_000, match: { id: 'late' } },
    );
    const waiting = ['hang', 'late', 'commit'].map((id) => target.deliver(id));
    const idle = connect(target.port, '127.0.0.1');
    await once(idle, 'connect');
    idle.on('error', () => undefined).resume();
    const cut = once(idle, 'close');
    while ((await target.summary()).calls < 3);
    const from = performance.now();
    await target.close();
    expect(performance.now() - from).toBeLessThan(5_000);
    for (const settled of await Promise.allSettled(waiting)) expect(settled.status).toBe('rejected');
    await cut;
    await target.close();
  });
});

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createConnections, type Connections } from '../../apps/dispatcher/connection.ts';
import { createDispatch, parseMutation, type Answer, type Call } from '../../apps/dispatcher/dispatch.ts';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

const now = () => performance.now();
const timeoutMs = 400;
const mutation = parseMutation('mutation Deliver($input: EventInput!) { deliver(input: $input) { id } }');
const input = '{"key":"k","price":1.10,"big":12345678901234567890,"note":"the-payload"}';
const call: Call = {
  operation: mutation,
  variables: `{"input":${input}}`,
  key: 'the-key',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
  credential: { 'x-api-key': 'the-credential' },
};
const success: Respond = (_request, response) => response.end('{"data":{"deliver":{"id":"42"}}}');

let respond: Respond;
let requests: { headers: IncomingMessage['headers']; url: string | undefined; body: string }[];
let sockets: number;
let endpoint: URL;
const server = createServer((request, response) => {
  void buffer(request).then((body) => {
    requests.push({ headers: request.headers, url: request.url, body: body.toString() });
    respond(request, response);
  });
});
server.on('connection', () => sockets++);
let connections: Connections;

beforeEach(async () => {
  [respond, requests, sockets] = [success, [], 0];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?shop=1`);
  connections = createConnections({ endpoint, connections: 2, timeoutMs, now });
});
afterEach(async () => {
  await connections.close();
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
});

/** A slot that is due now and lasts until the end of the test. */
const slot = () => ({ dueMs: now(), lateMs: now() + 10_000 });
const send = (when = slot(), mayWrite = () => true, more: Partial<Call> = {}): Promise<Answer> =>
  createDispatch(endpoint, connections, timeoutMs)({ ...call, ...more }, when, mayWrite);

function expectSilent(answer: Answer): void {
  const told = JSON.stringify(answer);
  for (const secret of ['the-payload', 'the-credential', 'the-key', 'mutation']) expect(told).not.toContain(secret);
}

describe('a call', () => {
  it('carries query, input in its own text, key, credential and trace', async () => {
    const answer = await send(slot(), () => true, { tracestate: 'vendor=1' });
    expect(answer).toMatchObject({ kind: 'graphql', status: 200, body: { data: { deliver: { id: '42' } } } });
    const [{ headers, url, body } = { headers: {}, url: '', body: '' }] = requests;
    expect(url).toBe('/graphql?shop=1');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': '"the-key"',
      'x-api-key': 'the-credential',
      traceparent: call.traceparent,
      tracestate: 'vendor=1',
    });
    expect(headers.accept).toContain('application/graphql-response+json');
    expect(body).toContain(`"variables":{"input":${input}}`);
    expect(JSON.parse(body)).toMatchObject({ operationName: 'Deliver' });
    expectSilent(answer);
  });

  it.each([
    [294, 'application/graphql-response+json', '{"data":{"deliver":null},"errors":[{"path":["deliver"]}]}'],
    [400, 'application/json', '{"errors":[{"message":"no","extensions":{"code":"RATELIMITED"}}]}'],
    [500, 'text/html', '{"errors":[{"message":"no"}]}'],
  ])('reads GraphQL in a body of status %d and type %s', async (status, type, body) => {
    respond = (_request, response) => response.writeHead(status, { 'content-type': type }).end(body);
    expect(await send()).toMatchObject({ kind: 'graphql', status, body: JSON.parse(body) as object });
  });

  it.each([
    [200, '<html>Welcome</html>'],
    [502, '<html>Bad Gateway</html>'],
    [200, '{"data":'],
    [200, '[]'],
    [200, '"data"'],
    [200, 'null'],
    [200, '{"errors":[]}'],
    [503, ''],
    [204, ''],
    [429, 'slow down'],
  ])('takes for unreadable, with its status, %d %s', async (status, text) => {
    respond = (_request, response) => response.writeHead(status, { 'retry-after': '7' }).end(text);
    const answer = await send();
    expect(answer).toMatchObject({ kind: 'unreadable', status, text });
    expect(answer.kind === 'unreadable' && answer.headers.get('retry-after')).toBe('7');
  });

  it('follows no redirect, as that request would have no slot', async () => {
    respond = (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end();
    expect(await send()).toMatchObject({ kind: 'unreadable', status: 307 });
    expect(requests).toHaveLength(1);
  });

  it('uses a connection again', async () => {
    await send();
    await send();
    expect([requests.length, sockets]).toEqual([2, 1]);
  });
});

describe('a slot that has passed', () => {
  it.each([
    ['with no connection', false],
    ['with an open connection', true],
  ])('is not used, %s', async (_name, warmed) => {
    if (warmed) await send();
    expect(await send({ dueMs: now() - 50, lateMs: now() - 1 })).toEqual({ kind: 'late' });
    expect(requests).toHaveLength(warmed ? 1 : 0);
    expect(await send()).toMatchObject({ kind: 'graphql' });
  });

  it('is not used where calls were forbidden in between', async () => {
    expect(await send(slot(), () => false)).toEqual({ kind: 'late' });
    expect(requests).toHaveLength(0);
  });

  it('is judged at the moment of the write, after the connection was opened', async () => {
    let asked = 0;
    const slow = createConnections({ endpoint, connections: 1, timeoutMs, now: () => 100 * sockets });
    try {
      const dispatch = createDispatch(endpoint, slow, timeoutMs);
      const mayWrite = () => ++asked > 0;
      expect(await dispatch(call, { dueMs: 0, lateMs: 50 }, mayWrite)).toEqual({ kind: 'late' });
      expect([requests.length, asked]).toEqual([0, 0]);
      expect(await dispatch(call, { dueMs: 0, lateMs: 150 }, mayWrite)).toMatchObject({ kind: 'graphql' });
    } finally {
      await slow.close();
    }
  });

  it('is given up where all connections are busy', async () => {
    respond = () => undefined;
    const busy = [send(), send()];
    expect(await send()).toEqual({ kind: 'late' });
    expect((await Promise.all(busy)).map(({ kind }) => kind)).toEqual(['none', 'none']);
  });
});

describe('a call without an answer', () => {
  it('is unreachable where nothing was written', async () => {
    await new Promise((resolve) => server.close(resolve));
    const answer = await send();
    expect(answer.kind).toBe('unreachable');
    expectSilent(answer);
  });

  it.each<[string, Respond]>([
    ['reset', (request) => request.socket.resetAndDestroy()],
    ['closed', (request) => request.socket.destroy()],
    [
      'cut short',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"data":', () => request.socket.destroy());
      },
    ],
    ['broken', (request) => request.socket.end('NOT HTTP\r\n\r\n')],
    ['oversized', (_request, response) => response.end(`{"data":"${'x'.repeat(1_048_577)}"}`)],
  ])('may have run where the connection was %s', async (_name, broken) => {
    respond = broken;
    const answer = await send();
    expect(answer.kind).toBe('none');
    expect(requests).toHaveLength(1);
    expectSilent(answer);
    respond = success;
    expect(await send()).toMatchObject({ kind: 'graphql' });
  });

  it.each<[string, Respond]>([
    ['nothing', () => undefined],
    ['half an answer', (_request, response) => void response.write('{"data":')],
  ])('may have run where there was %s by the deadline', async (_name, slow) => {
    respond = slow;
    const startedMs = now();
    const answer = await send();
    expect(answer.kind).toBe('none');
    expect(now() - startedMs).toBeLessThan(timeoutMs + 300);
    expectSilent(answer);
  });
});

describe('warm', () => {
  it('opens connections and writes nothing on them', async () => {
    connections.warm(2);
    while (sockets < 2) await once(server, 'connection');
    connections.warm(2);
    expect(requests).toHaveLength(0);
    await Promise.all([send(), send()]);
    expect([requests.length, sockets]).toEqual([2, 2]);
  });

  it('survives a target that is not there', async () => {
    await new Promise((resolve) => server.close(resolve));
    connections.warm(2);
    expect((await send()).kind).toBe('unreachable');
  });
});

describe('a mutation', () => {
  it('tells the field of its result, by its alias', () => {
    expect(mutation.field).toBe('deliver');
    expect(
      parseMutation('mutation ($input: I!) { done: deliver(input: $input) { ...f } } fragment f on R { id }').field,
    ).toBe('done');
  });

  it.each([
    ['query ($input: I!) { deliver(input: $input) }', 'exactly one operation'],
    ['mutation ($input: I!) { a(input: $input) } mutation B($input: I!) { b(input: $input) }', 'exactly one operation'],
    ['fragment f on R { id }', 'exactly one operation'],
    ['mutation { deliver }', 'exactly one variable'],
    ['mutation ($event: I!) { deliver(input: $event) }', 'exactly one variable'],
    ['mutation ($input: I!, $key: ID!) { deliver(input: $input, key: $key) }', 'exactly one variable'],
    ['mutation ($input: I!) { a(input: $input) b }', 'exactly one field'],
    ['mutation ($input: I!) { ...f } fragment f on M { a }', 'exactly one field'],
    ['mutation (', 'Syntax Error'],
  ])('must be one call: %s', (text, fault) => {
    expect(() => parseMutation(text)).toThrow(fault);
  });
});

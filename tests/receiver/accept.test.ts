import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accept, type Accepted } from '../../apps/receiver/accept.ts';
import type { Refused } from '../../apps/receiver/refuse.ts';

const body = '{"id":"Zoë"}';
const head = (field: string) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${field}\r\n\r\n`;
const sized = head(`Content-Length: ${Buffer.byteLength(body)}`);
const chunked = head('Transfer-Encoding: chunked');

describe('a body is taken', () => {
  let held = 0;
  let mostHeld = 0;
  let room = Infinity;
  let results: (Accepted | Refused)[] = [];
  let requests: IncomingMessage[] = [];
  let socket: Socket;
  /** As the receiver calls it: after its key was looked at, which takes a turn at least. */
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    await Promise.resolve();
    let ownBytes = 0;
    const hold = (bytes: number) => {
      if (held + bytes > room) return false;
      held += bytes;
      ownBytes += bytes;
      mostHeld = Math.max(mostHeld, held);
      return true;
    };
    response.on('close', () => void (held -= ownBytes));
    const isoTime = () => '2026-11-27T04:00:00.000Z';
    const result = await accept(request, hold, 'one', { now: () => performance.now(), isoTime });
    results.push(result);
    response.end(result.ok ? 'taken' : result.refusal.code);
  };
  const server = createServer((request, response) => void take(request, response));
  /** The server's end of it. */
  let peer: Socket;

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    server.close();
    await once(server, 'close');
  });
  beforeEach(async () => {
    [held, mostHeld, room, results, requests] = [0, 0, Infinity, [], []];
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    [peer] = await accepted;
  });
  afterEach(() => void socket.destroy());

  /** Writes each part by itself once the one before is read, and gives what was answered. */
  const exchange = async (parts: readonly string[]): Promise<string> => {
    for (const part of parts) {
      while (peer.bytesRead < socket.bytesWritten) await turn();
      socket.write(part);
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().split('\r\n\r\n')[1] ?? '';
  };

  it.each([
    ['with its head', [sized + body]],
    ['after its head', [sized, body]],
    ['in two halves, the first with its head', [sized + body.slice(0, 4), body.slice(4)]],
    ['in chunks with their head', [`${chunked}4\r\n{"id\r\n9\r\n":"Zoë"}\r\n0\r\n\r\n`]],
    ['in chunks, one by one', [chunked, '4\r\n{"id\r\n', '9\r\n":"Zoë"}\r\n', '0\r\n\r\n']],
  ])('whole where it comes %s, and is held until the answer is out', async (_how, parts) => {
    // Three times, as what a request leaves behind is in the way of the next on its connection.
    for (let i = 0; i < 3; i++) expect(await exchange(parts)).toBe('taken');
    expect(results.map((result) => result.ok && result.body.toString())).toEqual([body, body, body]);
    expect(requests.map(({ complete, readableEnded }) => ({ complete, readableEnded }))).toEqual(
      Array(3).fill({ complete: true, readableEnded: true }),
    );
    expect({ held, mostHeld }).toEqual({ held: 0, mostHeld: Buffer.byteLength(body) });
  });

  it.each([
    ['with its head', [sized + body]],
    ['after its head', [sized, body]],
  ])('for nothing where there is no room and it comes %s, and the sender is told', async (_how, parts) => {
    room = Buffer.byteLength(body) - 1;
    expect(await exchange(parts)).toBe('saturated');
    expect({ held, mostHeld }).toEqual({ held: 0, mostHeld: 0 });
    expect(requests.every(({ readableEnded }) => readableEnded)).toBe(true);
  });

  it('that has nothing in it', async () => {
    expect(await exchange([head('Content-Length: 0')])).toBe('taken');
    expect(results).toMatchObject([{ ok: true, body: Buffer.alloc(0) }]);
  });

  it('as far as its length says, and what follows is the next request', async () => {
    socket.write(sized + body + sized + body);
    while (results.length < 2) await once(socket, 'data');
    expect(results.map((result) => result.ok && result.body.toString())).toEqual([body, body]);
  });
});

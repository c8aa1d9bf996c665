import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What a target does in place of an answer, once. `written` bytes are counted for whoever asks how much was taken. */
export type Play = (socket: Socket) => void;

export interface HostileTarget {
  readonly url: string;
  /** How the first call of an event is answered; each later one is answered well. */
  readonly script: (id: string, play: Play) => void;
  /** How often the target was called for an event. */
  readonly calls: (id: string) => number;
  /** Requests that are none of the gateway's: somebody followed a redirect. */
  readonly strays: () => number;
  /** Forgets events, of which there are tens of thousands. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

const good = '{"data":{"deliver":{"id":"taken"}}}';
export const goodAnswer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${good.length}\r\n\r\n${good}`;

/** The longest path that an honest call has. */
const path = '/graphql';

/** A GraphQL target over bare sockets: what no HTTP server would let it write, it writes. */
export async function startHostileTarget(): Promise<HostileTarget> {
  const scripts = new Map<string, Play>();
  const called = new Map<string, number>();
  const sockets = new Set<Socket>();
  let strays = 0;

  const answer = (socket: Socket, body: string) => {
    const id = idOf(body);
    called.set(id, (called.get(id) ?? 0) + 1);
    const play = scripts.get(id);
    scripts.delete(id);
    if (play === undefined) socket.write(goodAnswer);
    else play(socket);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const headEnd = received.indexOf('\r\n\r\n');
        if (headEnd === -1) return;
        const head = received.subarray(0, headEnd).toString('latin1');
        const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
        const end = headEnd + 4 + length;
        if (received.length < end) return;
        const body = received.subarray(headEnd + 4, end).toString();
        received = received.subarray(end);
        if (head.startsWith(`POST ${path} `)) answer(socket, body);
        else {
          strays++;
          socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    script: (id, play) => void scripts.set(id, play),
    calls: (id) => called.get(id) ?? 0,
    strays: () => strays,
    forget() {
      scripts.clear();
      called.clear();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Of the event that a call is for; empty where its input has none. */
function idOf(body: string): string {
  const { variables } = JSON.parse(body) as { variables?: { input?: unknown } };
  const input = variables?.input;
  return typeof input === 'object' && input !== null && 'id' in input ? String(input.id) : '';
}

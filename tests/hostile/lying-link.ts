import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A piece of network before a Redis, on which somebody else may answer. */
export interface LyingLink {
  readonly port: number;
  /** From now on a reply is whatever this makes of it; undefined passes them on. */
  readonly lie: (make: ((reply: Buffer) => Buffer) | undefined) => void;
  /** Replies that were not those of Redis. */
  readonly lies: () => number;
  /** Ends all connections: after a lie none of them is in step any more. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export async function startLyingLink(to: number): Promise<LyingLink> {
  const sockets = new Set<Socket>();
  let make: ((reply: Buffer) => Buffer) | undefined;
  let lies = 0;
  const server = createServer((inbound) => {
    const outbound = connect(to, '127.0.0.1');
    for (const [socket, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    inbound.on('data', (chunk: Buffer) => outbound.write(chunk));
    outbound.on('data', (chunk: Buffer) => {
      const reply = make?.(chunk) ?? chunk;
      if (reply !== chunk) lies++;
      inbound.write(reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    lie(next) {
      make = next;
    },
    lies: () => lies,
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

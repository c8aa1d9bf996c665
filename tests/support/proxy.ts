import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy between two neighbours, to be cut, frozen and mended. */
export interface Proxy {
  readonly port: number;
  /** As if the neighbour had been killed: connections are reset and new ones are refused at once. */
  readonly cut: () => void;
  /** As if it had been stopped: connections stand, and nothing moves. */
  readonly freeze: () => void;
  /** Also to another port, where a neighbour that lost its memory listens. */
  readonly mend: (port?: number) => void;
  readonly close: () => Promise<void>;
}

export async function startProxy(to: number): Promise<Proxy> {
  let target = to;
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const sockets = new Set<Socket>();
  const server = createServer((inbound) => {
    if (state === 'cut') {
      inbound.resetAndDestroy();
      return;
    }
    const outbound = connect(target, '127.0.0.1');
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
      socket.on('data', (chunk) => other.write(chunk));
      if (state === 'frozen') socket.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze() {
      state = 'frozen';
      for (const socket of sockets) socket.pause();
    },
    mend(port = target) {
      target = port;
      state = 'open';
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

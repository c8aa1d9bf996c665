import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A piece of network between two neighbours, to be disturbed. */
export interface Link {
  readonly port: number;
  /** Connections are reset, and new ones too. */
  readonly cut: () => void;
  /** Connections stand, and nothing moves. */
  readonly freeze: () => void;
  /** Each packet is so long under way, each way; of one connection they stay in order. */
  readonly delay: (leastMs: number, mostMs: number) => void;
  /** Packets arrive in pieces of so many bytes; 0 leaves them whole. */
  readonly slice: (bytes: number) => void;
  /** Requests arrive and their replies do not; the connection then breaks, as TCP loses no bytes from its middle. */
  readonly loseReplies: () => void;
  /** Also to another port, where a neighbour that lost its memory listens. */
  readonly mend: (port?: number) => void;
  readonly close: () => Promise<void>;
}

type State = 'open' | 'cut' | 'frozen' | 'losing';

export async function startLink(to: number): Promise<Link> {
  let neighbour = to;
  let state: State = 'open';
  let delayMs = { least: 0, most: 0 };
  let sliceBytes = 0;
  const sockets = new Set<Socket>();
  const hurt = new Set<Socket>();

  const write = (socket: Socket, chunk: Buffer | string) => {
    const bytes = Buffer.from(chunk);
    const size = sliceBytes === 0 ? bytes.length : sliceBytes;
    // Without Nagle's algorithm each is a packet of its own.
    for (let from = 0; from < bytes.length; from += size) socket.write(bytes.subarray(from, from + size));
  };
  const carry = (from: Socket, to: Socket, isReply: boolean) => {
    let lastMs = 0;
    const travelling: (Buffer | string)[] = [];
    // Timers of different lengths may fire out of order: each lets the oldest packet arrive, whichever it was set for.
    const arrive = () => {
      const chunk = travelling.shift();
      if (chunk !== undefined) write(to, chunk);
    };
    from.on('data', (chunk) => {
      if (state === 'losing' && isReply) {
        hurt.add(to);
        return;
      }
      travelling.push(chunk);
      if (delayMs.most === 0) {
        arrive();
        return;
      }
      const travelMs = delayMs.least + Math.random() * (delayMs.most - delayMs.least);
      lastMs = Math.max(lastMs, performance.now() + travelMs);
      setTimeout(arrive, lastMs - performance.now());
    });
  };
  const server = createServer((inbound) => {
    inbound.on('error', () => undefined);
    if (state === 'cut') {
      inbound.resetAndDestroy();
      return;
    }
    const outbound = connect(neighbour, '127.0.0.1');
    for (const [socket, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        hurt.delete(socket);
        other.destroy();
      });
      carry(socket, other, socket === outbound);
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
    delay(leastMs, mostMs) {
      delayMs = { least: leastMs, most: mostMs };
    },
    slice(bytes) {
      sliceBytes = bytes;
    },
    loseReplies() {
      state = 'losing';
    },
    mend(port = neighbour) {
      neighbour = port;
      state = 'open';
      for (const socket of hurt) socket.resetAndDestroy();
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The network between one pod and Redis. */
export interface RedisLink {
  readonly url: string;
  /** Connections are reset, and new ones too. */
  readonly cut: () => void;
  /** Connections stand, and nothing moves. */
  readonly freeze: () => void;
  /** Each packet is so long under way, each way; of one connection they stay in order. */
  readonly delay: (leastMs: number, mostMs: number) => void;
  /** Requests arrive and their replies do not; the connection then breaks, as TCP loses no bytes from its middle. */
  readonly loseReplies: () => void;
  readonly mend: () => void;
  readonly close: () => Promise<void>;
}

/** No network of our own in between: what carries every packet takes its part of a small machine. */
export function directLink(url: string): RedisLink {
  const disturb = () => {
    throw new Error('This scenario does not say that it disturbs the network');
  };
  return {
    url,
    cut: disturb,
    freeze: disturb,
    delay: disturb,
    loseReplies: disturb,
    mend: disturb,
    close: () => Promise.resolve(),
  };
}

type State = 'open' | 'cut' | 'frozen' | 'losing';

export async function startRedisLink(redisPort: number): Promise<RedisLink> {
  let state: State = 'open';
  let delayMs = { least: 0, most: 0 };
  const sockets = new Set<Socket>();
  const hurt = new Set<Socket>();

  const carry = (from: Socket, to: Socket, isReply: boolean) => {
    let lastMs = 0;
    const travelling: (Buffer | string)[] = [];
    // Timers of different lengths may fire out of order: each lets the oldest packet arrive, whichever it was set for.
    const arrive = () => {
      const chunk = travelling.shift();
      if (chunk !== undefined) to.write(chunk);
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
    const outbound = connect(redisPort, '127.0.0.1');
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
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
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
    loseReplies() {
      state = 'losing';
    },
    mend() {
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

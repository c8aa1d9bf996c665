import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { attack } from '../attack.ts';
import { fault } from '../fault.ts';
import type { Group } from '../group.ts';
import { stand } from '../raw.ts';
import { until, type World } from '../world.ts';

/** How a connection is left. */
const endings = ['silent', 'closed half', 'reset', 'gone'] as const;

const starts = ({ key }: World) => {
  const head = `POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nContent-Type: application/json\r\n`;
  return [
    '',
    'P',
    'POST /events HTTP/1.1\r\n',
    head,
    `${head}Content-Length: 100\r\n\r\n`,
    `${head}Content-Length: 100\r\n\r\n{"id":`,
    `${head}Transfer-Encoding: chunked\r\n\r\n`,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`,
    `${head}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n`,
    `${head}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `${head}Content-Length: 11\r\n\r\n{"id":"ho"}`,
    'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
    'no HTTP\r\n\r\n',
  ];
};

/** The longest that a request may take to arrive, a look for those that took longer, and room. */
const closedWithinMs = 22_000;

export const halfOpen: Group = {
  name: 'half-open',
  does: 'connections that are left at every point of a request: silent, half-closed, reset',
  inputs: { whole: 900, short: 120 },
  async play(world, plan) {
    const inputs = fc.record({
      start: fc.constantFrom(...starts(world)),
      ending: fc.constantFrom(...endings),
      afterMs: fc.nat(30),
    });
    const strike = async ({
      start,
      ending,
      afterMs,
    }: {
      start: string;
      ending: (typeof endings)[number];
      afterMs: number;
    }) => {
      const { socket, closed } = await stand(world.receiver.port);
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      if (start !== '') socket.write(start);
      await wait(afterMs);
      if (ending === 'reset') socket.resetAndDestroy();
      if (ending === 'gone') socket.destroy();
      if (ending === 'closed half') socket.end();
      // What was answered and is kept open is idle, and may stay for a minute.
      const isIdle = () => text.startsWith('HTTP/1.1 ') && !/^connection: close/im.test(text);
      const isClosed = await until(() => closed() || (ending === 'silent' && isIdle()), closedWithinMs);
      socket.destroy();
      return isClosed ? undefined : fault('hang', `a connection that is ${ending} stays open`);
    };
    // All at once: each waits for the receiver to lose its patience.
    return attack(inputs, strike, plan, { lanes: plan.inputs, smallest: false });
  },
};

import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEnqueue } from '../../apps/receiver/enqueue.ts';

const now = () => performance.now();
const entry = (body: string) => ({ body, bytes: body.length });

describe('a request to SQS', () => {
  const server = createServer();
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('takes what has arrived and is not read yet, where the process was busy past its time', async () => {
    const accepted = once(server, 'connection');
    const sender = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [receiver] = (await accepted) as [typeof sender];
    const sent: (readonly string[])[] = [];
    const { add, drained } = createEnqueue((bodies) => {
      sent.push(bodies);
      return Promise.resolve(bodies.map(() => 'queued' as const));
    }, now);
    const read = once(receiver, 'data').then(() => add(entry('second'), 1_000));
    try {
      sender.write('x');
      // The bytes lie in the socket, and the timer of the first is due, before either is looked at.
      await new Promise((resolve) => setImmediate(resolve));
      const first = add(entry('first'), 1_000);
      for (const startedMs = now(); now() - startedMs < 20;);
      expect(await Promise.all([first, read])).toEqual(['queued', 'queued']);
      await drained();
      expect(sent).toEqual([['first', 'second']]);
    } finally {
      sender.destroy();
      receiver.destroy();
      await delay(0);
    }
  });
});

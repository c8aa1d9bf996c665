import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createEnqueue } from '../../apps/receiver/enqueue.ts';

const now = () => performance.now();
const entry = (body: string) => ({ body, bytes: body.length });

describe('an entry that was answered', () => {
  it('is not kept until its time is over', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { add } = createEnqueue((bodies) => Promise.resolve(bodies.map(() => 'queued' as const)), now);
    const answered = async () => {
      const added = entry('x');
      expect(await add(added, now() + 60_000)).toBe('queued');
      return new WeakRef(added);
    };
    const added = await answered();
    await delay(1);
    collect();
    expect(added.deref()).toBeUndefined();
  });
});

describe('a request to SQS', () => {
  it('has patience behind a full one while that is under way, for what is about to fill it', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance', 'nextTick', 'queueMicrotask'] });
    try {
      const sent: number[] = [];
      const first = Promise.withResolvers<undefined>();
      const { add } = createEnqueue(async (bodies) => {
        sent.push(bodies.length);
        await first.promise;
        return bodies.map(() => 'queued' as const);
      }, now);
      const fill = (count: number) => Array.from({ length: count }, (_, i) => add(entry(String(i)), now() + 1_000));
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const adding = [...fill(10), ...fill(3)];
      jest.advanceTimersByTime(9);
      await turn();
      expect(sent).toEqual([10]);
      adding.push(...fill(7), ...fill(3));
      expect(sent).toEqual([10, 10]);
      jest.advanceTimersByTime(10);
      await turn();
      expect(sent).toEqual([10, 10, 3]);
      first.resolve(undefined);
      await Promise.all(adding);
    } finally {
      jest.useRealTimers();
    }
  });

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
    const read = once(receiver, 'data').then(() => add(entry('second'), now() + 1_000));
    try {
      sender.write('x');
      // The bytes lie in the socket, and the timer of the first is due, before either is looked at.
      await new Promise((resolve) => setImmediate(resolve));
      const first = add(entry('first'), now() + 1_000);
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

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp } from '../support/process.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';

const count = 60;

describe('processes that end under load', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await startGateway({ calls: 20, dispatchers: 2, latencyMs: 20 });
  });
  afterEach(() => gateway.close());

  const ids = Array.from({ length: count }, (_, i) => `event-${i}`);
  const sendAll = () => Promise.all(ids.map((id) => gateway.send({ id })));
  const stopFirst = (signal: NodeJS.Signals) => gateway.dispatchers[0]?.stop(signal);
  const expectAllOnce = async () => {
    await gateway.delivered(count, 45_000);
    const summary = await gateway.summary();
    expect(summary).toMatchObject({ effects: count, violations: 0 });
    expect(summary.worst_window).toBeLessThanOrEqual(20);
    expect(new Set((await gateway.effects()).map(({ id }) => id))).toEqual(new Set(ids));
    expect(await gateway.queue.take(gateway.queue.deadLetterUrl)).toEqual([]);
    return summary;
  };

  it('a dispatcher told to stop: exit 0, nothing lost, nothing called twice', async () => {
    await sendAll();
    await gateway.delivered(10);
    expect(await stopFirst('SIGTERM')).toBe(0);
    expect((await expectAllOnce()).duplicates).toBe(0);
  });

  it('a dispatcher killed: nothing lost, at most its calls in flight made twice', async () => {
    await sendAll();
    await gateway.delivered(10);
    await stopFirst('SIGKILL');
    expect((await expectAllOnce()).duplicates).toBeLessThanOrEqual(5);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'the target ended by %s and back: nothing lost, none dead',
    async (signal) => {
      await sendAll();
      await gateway.delivered(10);
      await gateway.target.stop(signal);
      await gateway.replaceTarget();
      // The new one knows nothing of what the old one took, so the answers are the judge: each event got one that says yes.
      const delivered = (id: string) =>
        gateway.dispatchers.map(({ logged }) =>
          logged(({ event_id, outcome }) => event_id === id && outcome === 'delivered'),
        );
      await Promise.all(ids.map((id) => Promise.race(delivered(id))));
      expect((await gateway.summary()).effects).toBeLessThanOrEqual(count - 10);
      expect(await gateway.queue.take(gateway.queue.deadLetterUrl)).toEqual([]);
    },
  );

  it('the receiver told to stop: all that it answers is 202, all of that arrives, and it exits with 0', async () => {
    // Connections that it had not taken yet are refused; only what it took is its to answer.
    const answers = ids.map((id) =>
      gateway.send({ id }).then(
        ({ status }) => status,
        () => 'no connection',
      ),
    );
    await gateway.receiver.logged(({ msg }) => msg === 'event.received');
    expect(await gateway.receiver.stop('SIGTERM')).toBe(0);
    const statuses = await Promise.all(answers);
    expect(statuses).toContain(202);
    expect(statuses.filter((status) => status !== 202 && status !== 'no connection')).toEqual([]);
    const taken = ids.filter((_, i) => statuses[i] === 202);
    await gateway.delivered(taken.length);
    const delivered = new Set((await gateway.effects()).map(({ id }) => id));
    expect(taken.filter((id) => !delivered.has(id))).toEqual([]);
    expect(await gateway.summary()).toMatchObject({ duplicates: 0, violations: 0 });
  });

  it('the receiver killed: whoever has no answer sends again, and all arrive once', async () => {
    const answers = ids.map((id) =>
      gateway
        .send({ id })
        .then(({ status }) => status === 202)
        .catch(() => false),
    );
    await gateway.receiver.logged(({ msg }) => msg === 'event.received');
    await gateway.receiver.stop('SIGKILL');
    const acknowledged = await Promise.all(answers);
    const again = await startApp('receiver', gateway.env);
    const url = `http://127.0.0.1:${String(again.listening['port'])}/events`;
    for (const [i, id] of ids.entries()) {
      if (acknowledged[i] === true) continue;
      const headers = { 'content-type': 'application/json', 'x-api-key': gateway.key };
      expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify({ id }) })).status).toBe(202);
    }
    expect((await expectAllOnce()).duplicates).toBe(0);
    await again.stop();
  });
});

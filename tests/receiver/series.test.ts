import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createObserve } from '../../apps/dispatcher/observe.ts';
import { createRegistry } from '../../apps/shared/metrics.ts';
import { event } from '../dispatcher/held.ts';
import { batched, cloudEvent, startReceiver, type Receiver } from './harness.ts';

const seriesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const hostile = () => `evil${randomBytes(6).toString('hex')}`;

/** So many of a pod are a cost that nobody notices. */
const most = 5_000;

describe('the series of a receiver with ten targets', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    const others = Array.from({ length: 9 }, (_, i) => [
      `other-${i}`,
      { match: [`other.${i}`], queue: `http://127.0.0.1:9/000000000000/other-${i}` },
    ]);
    receiver = await startReceiver({ targets: Object.fromEntries(others) as Record<string, never>, match: ['evil*'] });
  });
  afterAll(() => receiver.close());

  it('are few, whatever senders make up', async () => {
    for (let batch = 0; batch < 100; batch++) {
      const events = Array.from({ length: 100 }, () =>
        cloudEvent(hostile(), { source: `/${hostile()}`, type: batch % 2 === 0 ? hostile() : `no-${hostile()}` }),
      );
      const answer = await receiver.post(`[${events.join()}]`, batched, '/events/batch');
      expect([202, 207]).toContain(answer.status);
    }
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      for (const path of ['/events', '/events/batch', '/openapi.json', `/${hostile()}`]) {
        await receiver.request(method, path, { 'x-api-key': hostile() });
      }
    }
    const ops = String(receiver.app.listening['ops_port']);
    const text = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text();
    expect(text).not.toContain('evil');
    expect(seriesOf(text).length).toBeLessThan(most);
    const accepted = seriesOf(text).find((line) => line.includes('_received_total') && line.includes('accepted'));
    expect(accepted).toMatch(/source="other",result="accepted"\} 5000$/);
  }, 60_000);
});

describe('the series of a dispatcher', () => {
  it('are few, whatever a target answers and senders make up', async () => {
    const registry = createRegistry();
    const observe = createObserve({
      registry,
      target: 'crm',
      version: '1',
      node: 'v1',
      concurrency: 5,
      inHand: () => [],
      sharing: () => false,
      redisUp: () => true,
      clock: Date.now,
    });
    for (let i = 0; i < 10_000; i++) {
      const one = event({ id: hostile(), source: hostile(), type: hostile() });
      observe.attempted({ kind: 'failed', reason: hostile() }, 100 + (i % 900), i);
      observe.settled('delivered', one);
    }
    const text = await registry.metrics();
    expect(text).not.toContain('evil');
    expect(seriesOf(text).length).toBeLessThan(most);
  });
});

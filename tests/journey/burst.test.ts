import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.ts';

describe('a burst', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ calls: 20, dispatchers: 2 });
  });
  afterAll(() => gateway.close());

  it('crosses to the target whole, once each, and never faster than the limit', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `burst-${i}`);
    const answers = await Promise.all(ids.map((id) => gateway.send({ id, type: 'order.created', n: 1 })));
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 202));
    expect(await answers[0]?.json()).toEqual({ id: 'burst-0', status: 'queued', targets: ['crm'] });
    await Promise.all(answers.slice(1).map((answer) => answer.arrayBuffer()));
    await gateway.delivered(ids.length);
    const summary = await gateway.summary();
    expect(summary).toMatchObject({ calls: 100, effects: 100, duplicates: 0, violations: 0 });
    expect(summary.worst_window).toBeLessThanOrEqual(20);
    expect((await gateway.effects()).map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('carries numbers, code points and members as they were sent', async () => {
    const text =
      '{"id":9223372036854775807,"price":1.10,"huge":1e400,"__proto__":{"a":"\\u0000"},"s":"😀\uFFFE","2":1,"1":2}';
    expect((await gateway.send(text)).status).toBe(202);
    await gateway.delivered(101);
    const { input } = (await gateway.effects()).find(({ id }) => id === '9223372036854775807') ?? { input: '' };
    for (const part of [
      '9223372036854775807',
      '"price":1.10',
      '"huge":1e400',
      '"__proto__":{"a":"\\u0000"}',
      '"2":1,"1":2',
    ]) {
      expect(input).toContain(part);
    }
    expect((JSON.parse(input) as { data: { s: string } }).data.s).toBe('😀\uFFFE');
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createPace } from '../../apps/dispatcher/pace.ts';
import { createPause } from '../../apps/dispatcher/pause.ts';
import { createReserve } from '../../apps/dispatcher/permit.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { limit } from '../../apps/shared/limit-config.ts';
import { encode, keyOf } from '../../apps/shared/event.ts';
import { circuitKey } from '../../apps/shared/state-keys.ts';
import { event } from '../dispatcher/held.ts';
import { jsonLines, names, sendTo, startDesk, type Desk } from './desk.ts';

const windows = [
  { calls: 2, per: '1s' },
  { calls: 3, per: '1h' },
];

describe('egw status', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk(windows);
  });
  afterEach(() => desk.clear());
  afterAll(() => desk.close());

  /** Claims events and takes a slot for each, as a dispatcher does. */
  const reserve = async (count: number) => {
    await declareFirstStart(desk.redis.redis, names, [3_600_000]);
    const all = Array.from({ length: count }, (_, i) => {
      const one = event({ receivedAt: new Date().toISOString(), id: `e-${i}` });
      const message = { messageId: '-', receiptHandle: '-', body: '', sentAtMs: Date.now(), receiveCount: 1 };
      const key = keyOf(names.instance, names.target, one);
      return { message: { ...message, firstSentAtMs: undefined, requestedAtMs: 0 }, event: one, key };
    });
    const claims = (await desk.ledger.claim(all)) ?? [];
    const held = all.map((each, i) => {
      const claim = claims[i];
      if (claim === undefined || !('owner' in claim)) throw new Error('It was not claimed');
      return {
        ...each,
        owner: claim.owner,
        attempts: 0,
        holdsFromMs: 0,
        lost: false,
        doubt: false,
        alone: false,
        refreshed: false,
      };
    });
    const ask = createReserve({
      script: loadScripts(desk.redis.redis).permit,
      names,
      pod: 'pod',
      pace: createPace(limit.parse({ windows, horizon: '10s' }), 10_000),
      serverId: () => 'one',
      now: () => performance.now(),
    });
    return ask(held);
  };

  it('tells queues, limit and pause as they are', async () => {
    for (const id of ['a', 'b', 'c']) await sendTo(desk.queue, encode(event({ id })));
    await desk.write([{ body: 'a letter' }]);
    const permit = await reserve(3);
    expect(permit).toMatchObject({ kind: 'slots' });
    const [line, ...more] = jsonLines(await desk.egw(['status', '--json']));
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      target: 'crm',
      instance: 'cli-tests',
      visible: 3,
      in_flight: 0,
      delayed: 0,
      dead_letters: 1,
      oldest_age: expect.stringMatching(/^about \d+.*, by the last message received, .* ago$/),
      window_1s_calls: 2,
      window_1s_used: null,
      window_1h_calls: 3,
      window_1h_used: 3,
      circuit_open: false,
      circuit_open_ms: null,
      paused: false,
      pause_reason: null,
      pause_left_ms: null,
    });
    // The hour's bucket of six seconds must leave the window.
    expect(line?.['window_1h_next_slot_ms']).toBeGreaterThan(3_590_000);
    expect(line?.['window_1h_next_slot_ms']).toBeLessThan(3_610_000);
    expect(line?.['oldest_age_seconds']).toBeGreaterThanOrEqual(0);
    expect(line?.['oldest_age_seconds']).toBeLessThan(60);
    const page = await desk.egw(['status', 'crm']);
    expect(page).toMatchObject({ code: 0, stderr: '' });
    expect(page.stdout).toContain('3 visible, 0 in flight, 0 delayed');
    expect(page.stdout).toMatch(/3 calls per 1h: 3 used \(100 %\), the next slot is free in (59m \d+s|1h)/);
    expect(page.stdout).toMatch(/pause +none/);
  });

  it('tells a circuit that is open, and for how long', async () => {
    await desk.redis.redis.hset(circuitKey(names.instance, names.target), 'open', Date.now() - 90_000);
    expect((await desk.egw(['status'])).stdout).toMatch(/circuit +open for 1m 3\ds: the target is not there/);
    const [line] = jsonLines(await desk.egw(['status', '--json']));
    expect(line).toMatchObject({ circuit_open: true });
  });

  it('tells the pause, its reason and what is left of it', async () => {
    const clock = { now: () => performance.now(), random: () => 0, onLonger: () => undefined };
    await createPause(loadScripts(desk.redis.redis).pause, names, clock).begin(3_600_000, 'unauthorised');
    const page = await desk.egw(['status']);
    expect(page.stdout).toMatch(
      /pause +(59m \d+s|1h) left \(unauthorised: the target refuses our credential: correct it\)/,
    );
    expect(page.stdout).toContain('Redis knows of no call, so it stays closed at first: egw limit open crm');
    const [line] = jsonLines(await desk.egw(['status', '--json']));
    expect(line).toMatchObject({ paused: true, pause_reason: 'unauthorised', oldest_age: 'nothing waits' });
    expect(line?.['pause_left_ms']).toBeGreaterThan(3_500_000);
  });

  it('tells what it can where Redis or SQS cannot be asked', async () => {
    const redisGone = await desk.egw(['status', '--json'], { REDIS_URL: 'redis://127.0.0.1:1' });
    expect(redisGone).toMatchObject({ code: 1, stderr: expect.stringContaining('Redis at 127.0.0.1:1 cannot be') });
    expect(jsonLines(redisGone)).toMatchObject([{ visible: 0, paused: null }]);
    const sqsGone = await desk.egw(['status'], { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1' });
    expect(sqsGone).toMatchObject({ code: 1, stderr: expect.stringContaining('SQS is not there at 127.0.0.1:1') });
    expect(sqsGone.stdout).toMatch(/queue +not known\n[^]*pause +none/);
  });
});

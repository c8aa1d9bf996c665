import { describe, expect, it } from '@jest/globals';
import { circuitOfEachTest } from './circuitry.ts';
import { names } from './clock.ts';

describe('the circuit', () => {
  const circuitry = circuitOfEachTest();

  it('opens when five events in a row find nobody, and tells the fleet', async () => {
    const { fail, deliver, stateOf } = circuitry();
    const told: string[] = [];
    const subscriber = circuitry().redis.duplicate();
    await subscriber.connect();
    await subscriber.subscribe(`egw:{${names.instance}/${names.target}}:pauses`);
    subscriber.on('message', (_channel, message) => told.push(message));
    await fail(4);
    await deliver(1);
    await fail(4);
    expect(await stateOf()).toBe('slots');
    await fail(1);
    expect(await stateOf()).toBe('open');
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(told).toEqual(['1000 unreachable']);
    subscriber.disconnect();
  });

  it('opens when half of ten in half a minute find nobody, and forgets what is older', async () => {
    const { time, fail, deliver, stateOf } = circuitry();
    for (let i = 0; i < 4; i++) {
      await fail(1);
      await deliver(1);
    }
    await time.pass(30_000);
    await fail(1);
    await deliver(1);
    expect(await stateOf()).toBe('slots');
    for (let i = 0; i < 4; i++) {
      await deliver(1);
      await time.pass(2_000);
      await fail(1);
    }
    expect(await stateOf()).toBe('open');
  });

  it('stays closed for one event that finds nobody again and again, whoever else is delivered', async () => {
    const { time, take, end, deliver, stateOf } = circuitry();
    for (let i = 0; i < 12; i++) {
      await end(await take('poison'), 'nobody');
      await deliver(i % 3);
      await time.pass(40_000);
    }
    expect(await stateOf()).toBe('slots');
  });

  it('is not closed by a call of before', async () => {
    const { take, end, fail, stateOf } = circuitry();
    const before = await take();
    await fail(5);
    await end(before, 'somebody');
    expect(await stateOf()).toBe('open');
  });

  it('spends no attempt however long it lasts', async () => {
    const { time, take, end, fail } = circuitry();
    await fail(5);
    for (let i = 0; i < 30; i++) {
      const mine = await take('patient');
      expect(mine.attempts).toBe(0);
      await end(mine, 'nobody');
      await time.pass(30_000);
    }
  });
});

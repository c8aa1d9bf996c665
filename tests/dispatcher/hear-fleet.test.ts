import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hearFleet } from '../../apps/dispatcher/pause.ts';
import { createRedis, type Redis } from '../../apps/shared/redis.ts';
import { pauseChannel } from '../../apps/shared/state-keys.ts';
import { startLink, type Link } from '../support/link.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const names = { instance: 'hear-tests', target: 'crm' };

describe('what the fleet tells', () => {
  let server: TestRedis;
  let proxy: Link;
  let subscriber: Redis;
  let told: string[];
  let unheard: unknown[];
  const note = (reason: unknown) => void unheard.push(reason);

  beforeEach(async () => {
    [told, unheard] = [[], []];
    process.on('unhandledRejection', note);
    server = await startRedis();
    proxy = await startLink(server.redis.options.port ?? 0);
    subscriber = createRedis(`redis://127.0.0.1:${proxy.port}`);
    subscriber.on('error', () => undefined);
    hearFleet(subscriber, names, {
      pause: { learn: (ms) => void told.push(`pause ${ms}`) },
      circuit: { opened: () => void told.push('open'), moved: () => void told.push('moved') },
    });
    await subscriber.connect();
  });
  afterEach(async () => {
    process.off('unhandledRejection', note);
    subscriber.disconnect();
    await proxy.close();
    await server.close();
  });

  /** Says it again until it is heard, as nobody tells when the subscription stands. */
  const say = async (message: string) => {
    const heard = told.length;
    for (let tries = 0; told.length === heard && tries < 500; tries++) {
      await server.redis.publish(pauseChannel(names.instance, names.target), message);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('is learnt: pauses by their length, and the circuit', async () => {
    for (const message of ['2500 throttled', '1000 unreachable', '0 reachable']) await say(message);
    expect(new Set(told)).toEqual(new Set(['pause 2500', 'pause 1000', 'open', 'pause 0', 'moved']));
  });

  it('is subscribed to anew when the connection breaks, and when it breaks once more in that very moment', async () => {
    await say('1 throttled');
    for (let times = 0; times < 5; times++) {
      const ready = new Promise((resolve) => subscriber.once('ready', resolve));
      proxy.cut();
      proxy.mend();
      await ready;
    }
    told.length = 0;
    await say('2 throttled');
    expect(told).toContain('pause 2');
    expect(unheard).toEqual([]);
  });
});

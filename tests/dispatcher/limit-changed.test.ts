import { describe, expect, it } from '@jest/globals';
import { scheduleKey } from '../../apps/shared/state-keys.ts';
import { startRedis } from '../support/redis.ts';
import { names, paceOf, startTimed, worstOf } from './clock.ts';

describe('a limit that is changed while pods of both kinds run', () => {
  it('keeps every window below the larger', async () => {
    const redis = await startRedis();
    try {
      const time = await startTimed(redis.redis);
      const [old, latest] = [
        paceOf({ windows: [{ calls: 20, per: '1s' }] }),
        paceOf({ windows: [{ calls: 5, per: '1s' }] }),
      ];
      await time.open(old);
      const pods = [time.pod(old), time.pod(latest)];
      const dues: number[] = [];
      for (let round = 0; round < 100; round++) {
        for (const pod of pods) {
          const permit = await pod.ask(3);
          if (permit.kind === 'slots') dues.push(...permit.slots.flatMap((slot) => (slot ? [slot.dueMs] : [])));
        }
        await time.pass(100);
      }
      expect(worstOf(dues, 1_020)).toBeLessThanOrEqual(20);
      expect(await redis.redis.ttl(scheduleKey(names.instance, names.target))).toBe(-1);
    } finally {
      await redis.close();
    }
  });
});

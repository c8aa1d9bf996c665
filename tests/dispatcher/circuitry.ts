import { afterEach, beforeEach } from '@jest/globals';
import { circuitKey, flightKey } from '../../apps/shared/state-keys.ts';
import type { Held } from '../../apps/dispatcher/held.ts';
import type { Heard, ReleaseReason } from '../../apps/dispatcher/ledger.ts';
import type { Redis } from '../../apps/shared/redis.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { names, paceOf, startTimed, type Pod } from './clock.ts';
import { held, received } from './held.ts';

export const pace = paceOf({ windows: [{ calls: 50, per: '1s' }] });
export const leaseMs = 25_000;

/** A fleet at an open limit, and what makes its circuit move. */
async function startCircuit(redis: Redis) {
  const time = await startTimed(redis);
  await time.open(pace);
  let events = 0;

  const take = async (key = `event-${++events}`): Promise<Held> => {
    const [claim] = (await time.ledger.claim([received(key)])) ?? [];
    if (claim === undefined || !('owner' in claim)) throw new Error(`It is ${claim?.kind ?? 'gone'}`);
    return { ...held(received(key), claim.owner), attempts: claim.attempts };
  };
  const end = async (mine: Held, heard: Heard, reason: ReleaseReason = 'unavailable') =>
    heard === 'somebody' ? time.ledger.complete(mine) : time.ledger.release(mine, reason, { heard });
  const fail = async (count: number) => {
    for (let i = 0; i < count; i++) await end(await take(), 'nobody');
  };
  const deliver = async (count: number) => {
    for (let i = 0; i < count; i++) await end(await take(), 'somebody');
  };
  const move = async (pod: string, what: 'take' | 'answered' | 'failed' | 'leave' = 'take') => {
    const keys = [circuitKey(names.instance, names.target), flightKey(names.instance, names.target)];
    const result = await time.scripts.probe(keys, [pod, leaseMs, what]);
    if (!result.ok) throw new Error(result.reason);
    return result.reply;
  };
  return {
    redis,
    time,
    take,
    end,
    fail,
    deliver,
    move,
    stateOf: async (pod = time.pod(pace)) => (await pod.reserve([])).kind,
    /** The pods are called pod-1, pod-2 …, in the order of their making. */
    probing: async (): Promise<Pod> => {
      const pod = time.pod(pace);
      await fail(5);
      await time.pass(1_000);
      if (String(await move('pod-1')) !== 'ask') throw new Error('It is not to be probed');
      await move('pod-1', 'answered');
      return pod;
    },
  };
}

/** One for each test of the surrounding `describe`, on a Redis of its own. */
export function circuitOfEachTest(): () => Awaited<ReturnType<typeof startCircuit>> {
  let redis: TestRedis;
  let circuitry: Awaited<ReturnType<typeof startCircuit>>;
  beforeEach(async () => {
    redis = await startRedis();
    circuitry = await startCircuit(redis.redis);
  });
  afterEach(() => redis.close());
  return () => circuitry;
}

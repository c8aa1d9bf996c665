import { fullBacklog, perSecond, warmUp, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

/** Twenty processes that start at once would be up at the same moment, and none of them soon. */
const startedAtOnce = 2;

const scaling: Scenario = {
  name: 'scaling',
  limit: { windows: perSecond(50) },
  playMs: 40_000,
  async play({ fleet, feed, mark, wait }, playMs) {
    await fleet.start(1);
    await feed.keep(fullBacklog(this.limit));
    await wait(playMs * 0.2);
    mark('20 pods');
    while (fleet.pods.length < 20) await fleet.start(Math.min(startedAtOnce, 20 - fleet.pods.length));
    await wait(playMs * 0.5);
    mark('2 pods');
    while (fleet.pods.length > 2) {
      const leaving = fleet.pods.slice(0, Math.min(startedAtOnce, fleet.pods.length - 2));
      await Promise.all(leaving.map(fleet.stop));
    }
    await wait(playMs * 0.3);
    return { leastUtilisation: 0.9 };
  },
};

/** What the limit must still be used by, with pods that die or stall: few calls make one that is lost count for more. */
const leastUtilisation = (calls: number) => (calls >= 50 ? 0.9 : 0.85);

/** Kills the pod that has been up longest, and starts another in its place. */
export async function replaceOldest({ fleet, mark }: World): Promise<void> {
  const [oldest] = fleet.pods;
  if (oldest === undefined) throw new Error('There is no pod to kill');
  mark('SIGKILL');
  await Promise.all([fleet.kill(oldest), fleet.start(1)]);
}

function podKilled(calls: number, times: Pick<Scenario, 'playMs' | 'shortPlayMs'>): Scenario {
  const limit = { windows: perSecond(calls) };
  return {
    name: `pod-killed-${calls}`,
    limit,
    ...times,
    async play(world, playMs) {
      const { fleet, wait } = world;
      await fleet.start(3);
      const countedFromEpochMs = await warmUp(world, limit);
      const startedMs = performance.now();
      await wait(5_000);
      while (performance.now() - startedMs < playMs - 5_000) {
        const killedMs = performance.now();
        await replaceOldest(world);
        await wait(Math.max(0, Math.min(killedMs + 10_000, startedMs + playMs) - performance.now()));
      }
      return { leastUtilisation: leastUtilisation(calls), countedFromEpochMs };
    },
  };
}

function stalls(calls: number, times: Pick<Scenario, 'playMs' | 'shortPlayMs'>): Scenario {
  const limit = { windows: perSecond(calls) };
  return {
    name: `stalls-${calls}`,
    limit,
    ...times,
    async play(world, playMs) {
      await world.fleet.start(4, { preload: 'stalls' });
      const countedFromEpochMs = await warmUp(world, limit);
      await world.wait(playMs);
      return { leastUtilisation: leastUtilisation(calls), countedFromEpochMs };
    },
  };
}

const clockShifted: Scenario = {
  name: 'clock-shifted',
  limit: { windows: perSecond(50) },
  playMs: 20_000,
  async play(world, playMs) {
    const { fleet } = world;
    const tenMinutes = 600_000;
    const shifted = (ms: number) => ({ preload: 'shifted-clock', env: { CLOCK_SHIFT_MS: String(ms) } });
    await Promise.all([fleet.start(1), fleet.start(1, shifted(tenMinutes)), fleet.start(1, shifted(-tenMinutes))]);
    const countedFromEpochMs = await warmUp(world, this.limit);
    await world.wait(playMs);
    return { leastUtilisation: leastUtilisation(50), countedFromEpochMs };
  },
};

export const podScenarios: readonly Scenario[] = [
  scaling,
  podKilled(50, { playMs: 50_000, shortPlayMs: 21_000 }),
  podKilled(5, { playMs: 60_000 }),
  stalls(50, { playMs: 50_000, shortPlayMs: 15_000 }),
  stalls(5, { playMs: 60_000 }),
  clockShifted,
];

import { perSecond, warmUp, type Scenario } from '../scenario.ts';
import type { Stage } from '../world.ts';

const pods = 4;

/** Two pods that share two cores with all else take so long until their code is compiled for hundreds of calls a second. */
const hotMs = 12_000;

function steady(calls: number, times: Pick<Scenario, 'playMs' | 'shortPlayMs'>, count = pods): Scenario {
  // Ten calls in flight, or more where a tenth of a second's calls is more: a target that takes long for once is no bound.
  const limit = { windows: perSecond(calls), more: { concurrency: Math.max(10, calls / 10) } };
  return {
    name: `steady-${calls}`,
    limit,
    ...times,
    async play(world, playMs) {
      await world.fleet.start(count);
      const countedFromEpochMs = await warmUp(world, limit, calls >= 500 ? hotMs : undefined);
      await world.wait(playMs);
      // A pod's reservations hold several slots only where slots are close to each other.
      const trips = calls >= 50 ? { mostRoundTripsPerCall: 0.2 } : {};
      return { leastUtilisation: 0.97, countedFromEpochMs, ...trips };
    },
  };
}

/** One call, quiet for most of a window, then more than two windows hold: where fixed windows let twice the limit through. */
const edgeOfWindow: Scenario = {
  name: 'edge-of-window',
  limit: { windows: perSecond(5) },
  playMs: 25_000,
  shortPlayMs: 10_000,
  async play(world, playMs) {
    const { fleet, feed } = world;
    await fleet.start(pods);
    await playEdges(world, playMs, feed.add);
    return {};
  },
};

/** A flood is more than two windows hold; a round ends when it is worked off and a window has passed. */
const edge = { quietMs: 950, flood: 14, roundMs: 5_000, lookEveryMs: 10 } as const;

/** The same rounds for us and for the peers. */
export async function playEdges(
  { target, mark, wait }: Stage,
  playMs: number,
  add: (calls: number) => Promise<void> | void,
): Promise<void> {
  for (let round = 0; round < Math.floor(playMs / edge.roundMs); round++) {
    const before = await target.calls();
    await add(1);
    while ((await target.calls()) === before) await wait(edge.lookEveryMs);
    await wait(edge.quietMs - edge.lookEveryMs);
    mark('flood');
    await add(edge.flood);
    await wait(edge.roundMs - edge.quietMs);
  }
}

export const steadyScenarios: readonly Scenario[] = [
  steady(500, { playMs: 60_000 }, 2),
  steady(5, { playMs: 60_000 }),
  // Ten thousand events each.
  steady(50, { playMs: 205_000, shortPlayMs: 15_000 }),
  // Two pods, as four and all else on two cores would measure the scheduler.
  edgeOfWindow,
];

import { figureOf, type Bench, type Figure } from '../figure.ts';
import type { LoadResult } from '../load/plan.ts';
import type { Stage } from '../stage.ts';
import { describeRest, describeUse, load } from './load.ts';
import type { Server } from './servers.ts';

/** Messages that SQS takes in a second, and what is offered. */
const capacity = 2_000;
const offered = 10_000;

/** More than what may be under way in one receiver, and what is refused meanwhile. */
const mostConnections = 4_000;

const goodput = ({ acknowledged, seconds }: LoadResult) => acknowledged / seconds / capacity;

function describe(result: LoadResult): string {
  const { acknowledged, seconds, acknowledgedTimes: acks, refusedTimes: refusals } = result;
  return (
    `${(acknowledged / seconds).toFixed(0)} acks/s in p99 ${acks.p99Ms.toFixed(1)} ms, ` +
    `${(refusals.count / seconds).toFixed(0)} refusals/s in p50 ${refusals.p50Ms.toFixed(1)} and p99 ${refusals.p99Ms.toFixed(1)} ms` +
    `${describeRest(result)}; ${result.mostConnections} connections; ${describeUse(result)}`
  );
}

/** Five times what SQS takes: what it takes is used, and the rest is told so at once. */
export async function measureOverload(
  { short }: Bench,
  { standIn, signal }: Stage,
  ours: Server,
): Promise<readonly Figure[]> {
  await standIn.set({ capacity, beyond: 'wait' });
  const results: LoadResult[] = [];
  for (let round = 0; round < (short ? 1 : 2); round++) {
    const arrivals = { kind: 'open', perSecond: offered, seed: round + 1, mostConnections } as const;
    results.push(await load(ours, arrivals, { warmUpMs: 1_000, windowMs: 3_000 }, { signal }));
  }
  await standIn.set({ capacity: 0 });
  const against = `SQS takes ${capacity}/s, ${offered}/s are offered`;
  return [
    figureOf({
      name: 'receiver overloaded: goodput/capacity',
      rounds: results.map(goodput),
      against,
      bound: { atLeast: 0.9 },
      says: results.map(describe),
    }),
    figureOf({
      name: 'receiver overloaded: p99 of refusals, ms',
      rounds: results.map(({ refusedTimes }) => refusedTimes.p99Ms),
      against,
      bound: { below: 50 },
      says: [],
    }),
  ];
}

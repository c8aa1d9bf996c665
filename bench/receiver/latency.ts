import { figureOf, type Bench, type Figure } from '../figure.ts';
import type { LoadResult } from '../load/plan.ts';
import type { Stage } from '../stage.ts';
import { describeRest, describeUse, load } from './load.ts';
import { startPeer, type Server } from './servers.ts';

/** What SQS takes to answer. */
const delayMs = 8;

const perSecond = 3_000;

/** More than are ever needed at this pace. */
const mostConnections = 2_000;

const describe = (name: string, result: LoadResult) =>
  `${name}: p50 ${result.acknowledgedTimes.p50Ms.toFixed(1)}, p99 ${result.acknowledgedTimes.p99Ms.toFixed(1)}, ` +
  `max ${result.acknowledgedTimes.maxMs.toFixed(1)} ms; ${describeUse(result)}${describeRest(result)}`;

/** How long an acknowledgement takes, beside Express that waits as long as SQS takes, and does nothing. */
export async function measureLatency({ short }: Bench, stage: Stage, ours: Server): Promise<Figure> {
  const bare = await startPeer(stage, 'bare-express', delayMs);
  await stage.standIn.set({ delayMs });
  const rounds: number[] = [];
  const says: string[] = [];
  for (let round = 0; round < (short ? 3 : 5); round++) {
    const arrivals = { kind: 'open', perSecond, seed: round + 1, mostConnections } as const;
    const span = { warmUpMs: 500, windowMs: short ? 2_000 : 3_000 };
    const theirs = await load(bare, arrivals, span, stage);
    const mine = await load(ours, arrivals, span, stage);
    rounds.push(mine.acknowledgedTimes.p99Ms / theirs.acknowledgedTimes.p99Ms);
    says.push(describe(ours.name, mine), describe(bare.name, theirs));
  }
  await stage.standIn.set({ delayMs: 0 });
  await bare.stop();
  return figureOf({
    name: `receiver ack p99 at ${perSecond}/s`,
    rounds,
    against: `bare-express that answers after ${delayMs} ms`,
    bound: { atMost: 2 },
    says,
  });
}

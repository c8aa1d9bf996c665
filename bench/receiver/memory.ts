import { figureOf, type Bench, type Figure } from '../figure.ts';
import { rssBytes } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { describeRest, describeUse, load } from './load.ts';
import { startOurs, startPeer, type Server } from './servers.ts';

const mostConnections = 2_000;
const sampleEveryMs = 100;

/** Machine code is made meanwhile: until then, half of what it can do is nearly all. */
const warmUpMs = 3_000;

/** The most memory that it has in the window, in MiB, and what else was seen. */
async function measureOne(server: Server, perSecond: number, seed: number, { short }: Bench, { signal }: Stage) {
  const samples: number[] = [];
  let sampling: NodeJS.Timeout | undefined;
  const atWindow = (edge: 'opens' | 'closes') => {
    if (edge === 'opens') sampling = setInterval(() => samples.push(rssBytes(server.pid)), sampleEveryMs);
    else clearInterval(sampling);
  };
  try {
    const arrivals = { kind: 'open', perSecond, seed, mostConnections } as const;
    const span = { warmUpMs, windowMs: short ? 2_000 : 4_000 };
    const result = await load(server, arrivals, span, { signal, atWindow });
    const mebibytes = Math.max(...samples) / 1_048_576;
    const pace = (result.acknowledged / result.seconds).toFixed(0);
    const told = `${server.name}: ${mebibytes.toFixed(0)} MiB at ${pace} acks/s`;
    return { mebibytes, told: `${told}; ${describeUse(result)}${describeRest(result)}` };
  } finally {
    clearInterval(sampling);
    await server.stop();
  }
}

/** What each takes at half of what it can do; new processes, as memory that was once needed is not always given back. */
export async function measureMemory(
  bench: Bench,
  stage: Stage,
  capacityOf: (name: 'ours' | 'bare-express') => number,
): Promise<Figure> {
  const rounds: number[] = [];
  const says: string[] = [];
  for (let round = 0; round < (bench.short ? 1 : 2); round++) {
    const theirs = await measureOne(
      await startPeer(stage, 'bare-express'),
      capacityOf('bare-express') / 2,
      round + 1,
      bench,
      stage,
    );
    const mine = await measureOne(await startOurs(stage), capacityOf('ours') / 2, round + 1, bench, stage);
    rounds.push(mine.mebibytes / theirs.mebibytes);
    says.push(mine.told, theirs.told);
  }
  return figureOf({
    name: 'receiver memory at half of its capacity',
    rounds,
    against: 'bare-express at half of its own',
    bound: { atMost: 2 },
    says,
  });
}

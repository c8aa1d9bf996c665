import { figureOf, type Bench, type Bound, type Figure } from '../figure.ts';
import type { LoadResult } from '../load/plan.ts';
import { median } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { acksPerCpuSecond, describeRest, describeUse, load } from './load.ts';
import type { Server } from './servers.ts';

/** Enough that the server is never idle, however long a batch is gathered. */
const connections = 128;

/** Until connections are there; in the first round also until machine code is made. */
const warmUpMs = 500;
const firstWarmUpMs = 1_500;

const bounds: Readonly<Record<string, Bound>> = { naive: { atLeast: 8 }, 'bare-express': { atLeast: 0.7 } };

/** Acknowledgements for a second of the server's CPU. */
export interface Cost {
  readonly figures: readonly Figure[];
  readonly capacityOf: (name: string) => number;
}

function describe(name: string, results: readonly LoadResult[]): string {
  const perCore = median(results.map(acksPerCpuSecond));
  const perSecond = median(results.map(({ acknowledged, seconds }) => acknowledged / seconds));
  const rest = results[0] === undefined ? '' : `; ${describeUse(results[0])}${describeRest(results[0])}`;
  const micros = (1_000_000 / perCore).toFixed(1);
  return `${name}: ${perCore.toFixed(0)} acks/s/core, ${micros} µs CPU/event, ${perSecond.toFixed(0)} acks/s${rest}`;
}

/** What an acknowledged event costs, ours and the others' in turn. Those without a bound have one round in short. */
export async function measureCost(
  { short, say }: Bench,
  { signal }: Stage,
  ours: Server,
  others: readonly Server[],
): Promise<Cost> {
  const rounds = short ? 3 : 5;
  const windowMs = short ? 1_500 : 2_000;
  const results = new Map([ours, ...others].map(({ name }) => [name, [] as LoadResult[]]));
  const resultsOf = (name: string) => results.get(name) ?? [];
  for (let round = 0; round < rounds; round++) {
    for (const server of [ours, ...others]) {
      const isMeasured = round === 0 || !short || server === ours || bounds[server.name] !== undefined;
      if (!isMeasured) continue;
      const span = { warmUpMs: round === 0 ? firstWarmUpMs : warmUpMs, windowMs };
      const result = await load(server, { kind: 'closed', connections }, span, { signal });
      if (result.acknowledged === 0) throw new Error(`${server.name} acknowledged nothing${describeRest(result)}`);
      resultsOf(server.name).push(result);
    }
    say(`what an event costs: round ${round + 1} of ${rounds} is done`);
  }
  const mine = resultsOf(ours.name).map(acksPerCpuSecond);
  const figures = others.map(({ name }, at) => {
    const theirs = resultsOf(name).map(acksPerCpuSecond);
    const told = describe(name, resultsOf(name));
    return figureOf({
      name: `receiver acks/s/core vs ${name}`,
      rounds: theirs.map((their, round) => (mine[round] ?? Number.NaN) / their),
      against: name,
      bound: bounds[name],
      says: at === 0 ? [describe(ours.name, resultsOf(ours.name)), told] : [told],
    });
  });
  return { figures, capacityOf: (name) => median(resultsOf(name).map(acksPerCpuSecond)) };
}

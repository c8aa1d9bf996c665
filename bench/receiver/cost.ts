import { figureOf, type Bench, type Bound, type Figure } from '../figure.ts';
import type { LoadResult } from '../load/plan.ts';
import { median } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { acksPerCpuSecond, describeRest, describeUse, load } from './load.ts';
import type { Server } from './servers.ts';

/** Enough that the server is never idle, however long a batch is gathered. */
const connections = 128;

/** Until connections are there. */
const warmUpMs = 300;

/** Until machine code is made: what a request costs falls by half meanwhile. */
const firstWarmUpMs = { bound: 4_000, told: 2_000 };

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

/**
 * What an acknowledged event costs, ours and the others' in turn. A machine is fast for some seconds and slow for the next:
 * many short rounds see as much of both for all of them: seven still differed by a fifth from run to run. Those without a bound
 * have fewer.
 */
export async function measureCost(
  { short, say }: Bench,
  { signal }: Stage,
  ours: Server,
  others: readonly Server[],
): Promise<Cost> {
  const rounds = short ? { bound: 5, told: 1 } : { bound: 15, told: 2 };
  const windowMs = short ? 1_000 : 1_500;
  const kindOf = (server: Server) => (server === ours || bounds[server.name] !== undefined ? 'bound' : 'told');
  const results = new Map([ours, ...others].map(({ name }) => [name, [] as LoadResult[]]));
  const resultsOf = (name: string) => results.get(name) ?? [];
  for (let round = 0; round < rounds.bound; round++) {
    for (const server of [ours, ...others]) {
      const kind = kindOf(server);
      if (round >= rounds[kind]) continue;
      const span = { warmUpMs: round === 0 ? firstWarmUpMs[kind] : warmUpMs, windowMs };
      const result = await load(server, { kind: 'closed', connections }, span, { signal });
      if (result.acknowledged === 0) throw new Error(`${server.name} acknowledged nothing${describeRest(result)}`);
      resultsOf(server.name).push(result);
    }
    say(`what an event costs: round ${round + 1} of ${rounds.bound} is done`);
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

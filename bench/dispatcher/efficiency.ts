import { addJobs } from '../consumers/bullmq.ts';
import { figureOf, type Bench, type Figure } from '../figure.ts';
import { coreUse, describeCores, median, readCoreTimes } from '../measure.ts';
import { eventBody, usualBytes } from '../trip/event-body.ts';
import { onTripStage, queueName, type TripStage } from '../trip/stage.ts';
import { startConsumer, type ConsumerName } from '../trip/start-consumer.ts';
import { startDispatchers } from '../trip/start-dispatcher.ts';
import type { Program } from '../trip/start-pinned.ts';
import { warmUp, workFor, type Work } from '../trip/work.ts';

/** Calls at once, of ours as of others: three consumers of ten messages each. */
const concurrency = 30;

/** More than one core delivers, so that it is no bound. */
const callsPerSecond = 5_000;

const ours = 'dispatcher';

/** Its usual form: a request for each delete. */
const judgedBy = 'sqs-consumer';
type Contender = typeof ours | ConsumerName;

/** Each run starts its program anew, as one is faster than another from its start; the order turns with each round. */
const plans = {
  short: { rounds: 3, roundsOfOthers: 0, warmUpMs: 2_500, measureMs: 4_000 },
  whole: { rounds: 5, roundsOfOthers: 2, warmUpMs: 3_000, measureMs: 8_000 },
};

/** They are told for comparison alone. */
const others = ['sqs-consumer, batches', 'message-queue-toolkit', 'BullMQ'] as const;

/** Faster than any of them. */
const mostPerSecond = 8_000;

interface Ran extends Work {
  /** How busy each core was, 0 to 1. */
  readonly coreUse: readonly number[];
}

/** What each did, round by round. */
type Runs = ReadonlyMap<Contender, readonly Ran[]>;

const perCore = ({ delivered, cpuSeconds }: Work) => delivered / cpuSeconds;
const perSecond = ({ delivered, seconds }: Work) => delivered / seconds;

export interface Efficiency {
  readonly figures: readonly Figure[];
  /** What each delivers a second where nothing but its core bounds it. */
  readonly capacity: { readonly ours: number; readonly theirs: number };
}

async function start(stage: TripStage, contender: Contender, backlog: number): Promise<Program> {
  const body = eventBody();
  if (contender === 'BullMQ') {
    const bodies = Array.from({ length: backlog }, (_, number) => body.replace('{id}', String(number)));
    await addJobs(stage.redis.url, bodies);
  } else await stage.standIn.fill({ queue: queueName, count: backlog, body });
  if (contender !== ours) return startConsumer(stage, contender, concurrency);
  const [program] = await startDispatchers(stage, { callsPerSecond, concurrency });
  if (program === undefined) throw new Error('No dispatcher was started');
  return program;
}

type Plan = (typeof plans)['short'];

function run(contender: Contender, { warmUpMs, measureMs }: Plan, signal: AbortSignal): Promise<Ran> {
  return onTripStage({}, signal, async (stage) => {
    const backlog = (mostPerSecond * (warmUpMs + measureMs)) / 1_000;
    const { pid } = await start(stage, contender, backlog);
    await warmUp(stage, warmUpMs);
    const before = readCoreTimes();
    const work = await workFor(stage, [pid], measureMs);
    return { ...work, coreUse: coreUse(before, readCoreTimes()) };
  });
}

async function runAll(plan: Plan, { signal, say }: Bench): Promise<Runs> {
  const runs = new Map<Contender, Ran[]>();
  for (let round = 0; round < plan.rounds; round++) {
    const contenders = [ours, judgedBy, ...(round < plan.roundsOfOthers ? others : [])] as const;
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) {
      const ran = await run(contender, plan, signal);
      runs.set(contender, [...(runs.get(contender) ?? []), ran]);
      say(`round ${round + 1} of ${plan.rounds}, ${contender}: ${describe(ran)}`);
    }
  }
  return runs;
}

function describe(ran: Ran): string {
  const cpuUs = Math.round((ran.cpuSeconds / ran.delivered) * 1e6);
  const own = Math.round((ran.cpuSeconds / ran.seconds) * 100);
  return `${Math.round(perSecond(ran))} events/s, ${cpuUs} µs of CPU each: ${own} % of a core (${describeCores(ran.coreUse)})`;
}

const saysOf = (contender: Contender, runs: readonly Ran[]) =>
  `${contender}: ${Math.round(median(runs.map(perCore)))} events a second of CPU, ${Math.round(median(runs.map(perSecond)))} events/s`;

/** Events delivered by a second of CPU, against others that work off the same backlog in the same minute. */
export async function measureEfficiency(bench: Bench): Promise<Efficiency> {
  const runs = await runAll(bench.short ? plans.short : plans.whole, bench);
  const mine = runs.get(ours) ?? [];
  const figures = [...runs].flatMap(([contender, theirs]): Figure[] => {
    if (contender === ours) return [];
    const figure = figureOf({
      name: `dispatcher events/s/core vs ${contender}`,
      rounds: theirs.map((ran, round) => perCore(mine[round] ?? ran) / perCore(ran)),
      against: `${contender}, ${concurrency} calls at once`,
      bound: contender === judgedBy ? { atLeast: 3 } : undefined,
      says: [saysOf(ours, mine), saysOf(contender, theirs), `limit ${callsPerSecond}/s, ${usualBytes} B on the queue`],
    });
    return [figure];
  });
  const capacityOf = (contender: Contender) => median((runs.get(contender) ?? []).map(perSecond));
  return { figures, capacity: { ours: capacityOf(ours), theirs: capacityOf(judgedBy) } };
}

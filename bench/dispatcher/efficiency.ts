import { addJobs } from '../consumers/bullmq.ts';
import { eventBody } from '../trip/event-body.ts';
import { figureOf, type Bench, type Figure } from '../figure.ts';
import { coreUse, describeCores, median, readCoreTimes } from '../measure.ts';
import { queueName, onTripStage, type TripStage } from '../trip/stage.ts';
import { startConsumer, type ConsumerName } from '../trip/start-consumer.ts';
import { startDispatchers } from '../trip/start-dispatcher.ts';
import type { Program } from '../trip/start-pinned.ts';
import { warmUp, workFor, type Work } from '../trip/work.ts';

/** Calls at once, of ours as of others: three consumers of ten messages each. */
const concurrency = 30;

/** More than one core delivers, so that it is no bound. */
const callsPerSecond = 5_000;

const ours = 'dispatcher';
type Contender = typeof ours | ConsumerName;

/** Each run starts its program anew, as one is faster than another from its start; the order turns with each round. */
const plans = {
  short: { rounds: 3, warmUpMs: 2_500, measureMs: 4_000 },
  whole: { rounds: 5, warmUpMs: 3_000, measureMs: 8_000 },
};

/** Beyond what is held to a bound; the short form leaves them out. */
const others = ['sqs-consumer, batches', 'message-queue-toolkit', 'BullMQ'] as const;

/** Faster than any of them. */
const mostPerSecond = 8_000;

interface Ran extends Work {
  /** How busy each core was, 0 to 1. */
  readonly coreUse: readonly number[];
}

/** What each did, round by round. */
type Ranks = ReadonlyMap<Contender, readonly Ran[]>;

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

async function runAll(contenders: readonly Contender[], plan: Plan, { signal, say }: Bench): Promise<Ranks> {
  const runs = new Map<Contender, Ran[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < plan.rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) {
      const ran = await run(contender, plan, signal);
      runs.get(contender)?.push(ran);
      say(`round ${round + 1} of ${plan.rounds}, ${contender}: ${describe(ran)}`);
    }
  }
  return runs;
}

function describe(ran: Ran): string {
  const cpuUs = (ran.cpuSeconds / ran.delivered) * 1e6;
  return `${Math.round(perSecond(ran))} events/s, ${Math.round(cpuUs)} µs of CPU each (${describeCores(ran.coreUse)})`;
}

/** Events delivered by a second of CPU, against others that work off the same backlog in the same minute. */
export async function measureEfficiency(bench: Bench): Promise<Efficiency> {
  const contenders = [ours, 'sqs-consumer', ...(bench.short ? [] : others)] as const;
  const runs = await runAll(contenders, bench.short ? plans.short : plans.whole, bench);
  const of = (contender: Contender) => runs.get(contender) ?? [];
  const saysOf = (contender: Contender) =>
    `${contender}: ${Math.round(median(of(contender).map(perCore)))} events a second of CPU, ` +
    `${Math.round(median(of(contender).map(perSecond)))} events/s`;
  const against = (contender: ConsumerName, bound: Figure['bound']) =>
    figureOf({
      name: `dispatcher: events/s/core ÷ ${contender}`,
      rounds: of(ours).map((ran, round) => perCore(ran) / perCore(of(contender)[round] ?? ran)),
      against: `${contender}, ${concurrency} calls at once`,
      bound,
      says: [saysOf(ours), saysOf(contender), `limit ${callsPerSecond}/s, bodies of 500 bytes`],
    });
  return {
    figures: contenders.flatMap((contender) =>
      contender === ours ? [] : [against(contender, contender === 'sqs-consumer' ? { atLeast: 3 } : undefined)],
    ),
    capacity: {
      ours: median(of(ours).map(perSecond)),
      theirs: median(of('sqs-consumer').map(perSecond)),
    },
  };
}

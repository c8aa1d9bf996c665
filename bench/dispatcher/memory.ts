import { figureOf, type Bench, type Figure } from '../figure.ts';
import { median, rssBytes } from '../measure.ts';
import { eventBody } from '../trip/event-body.ts';
import { feed } from '../trip/feed.ts';
import { onTripStage, queueName, type TripStage } from '../trip/stage.ts';
import { startConsumer } from '../trip/start-consumer.ts';
import { startDispatchers } from '../trip/start-dispatcher.ts';
import { pass, warmUp } from '../trip/work.ts';
import type { Efficiency } from './efficiency.ts';

const concurrency = 30;

/** Until the first collections have told what is kept. */
const plans = { short: { warmUpMs: 3_000, measureMs: 4_000 }, whole: { warmUpMs: 20_000, measureMs: 20_000 } };

type Plan = (typeof plans)['short'];

const sampleMs = 250;

const toMegabytes = (bytes: number) => bytes / 1e6;

/** RSS in MB, the median of many looks, as a collection is a moment's. */
async function watch(stage: TripStage, pid: number, { warmUpMs, measureMs }: Plan): Promise<number> {
  await warmUp(stage, warmUpMs);
  const samples: number[] = [];
  for (let passedMs = 0; passedMs < measureMs; passedMs += sampleMs) {
    await pass(stage, sampleMs);
    samples.push(toMegabytes(rssBytes(pid)));
  }
  return median(samples);
}

/** Works off a backlog, held back by its limit. */
function runOurs(callsPerSecond: number, plan: Plan, signal: AbortSignal): Promise<number> {
  return onTripStage({}, signal, async (stage) => {
    const count = Math.ceil((callsPerSecond * 2 * (plan.warmUpMs + plan.measureMs)) / 1_000);
    await stage.standIn.fill({ queue: queueName, count, body: eventBody() });
    const [program] = await startDispatchers(stage, { callsPerSecond, concurrency });
    return watch(stage, program?.pid ?? Number.NaN, plan);
  });
}

/** It knows no limit, so events come at the rate that it is to work at. */
function runTheirs(perSecond: number, plan: Plan, signal: AbortSignal): Promise<number> {
  return onTripStage({}, signal, async (stage) => {
    const { pid } = await startConsumer(stage, 'sqs-consumer', concurrency);
    const fed = new AbortController();
    const feeding = feed(stage, eventBody(), perSecond, AbortSignal.any([stage.signal, fed.signal]));
    try {
      return await Promise.race([watch(stage, pid, plan), feeding.then(() => Number.NaN)]);
    } finally {
      fed.abort();
      await feeding.catch(() => undefined);
    }
  });
}

/** What each keeps in memory at half of what it can do. */
export async function measureMemory(
  { short, signal, say }: Bench,
  { ours, theirs }: Efficiency['capacity'],
): Promise<readonly Figure[]> {
  const plan = short ? plans.short : plans.whole;
  const oursAt = Math.max(1, Math.floor(ours / 2));
  const theirsAt = Math.max(1, Math.floor(theirs / 2));
  const oursMegabytes = await runOurs(oursAt, plan, signal);
  const theirsMegabytes = await runTheirs(theirsAt, plan, signal);
  const told = [
    `dispatcher: ${oursMegabytes.toFixed(0)} MB at ${oursAt} events/s`,
    `sqs-consumer: ${theirsMegabytes.toFixed(0)} MB at ${theirsAt} events/s`,
  ];
  for (const line of told) say(line);
  return [
    figureOf({
      name: 'dispatcher memory at half of its capacity',
      rounds: [oursMegabytes / theirsMegabytes],
      against: 'sqs-consumer at half of its own',
      bound: { atMost: 2 },
      says: told,
    }),
  ];
}

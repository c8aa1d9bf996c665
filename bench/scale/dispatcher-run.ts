import { eventBody } from '../trip/event-body.ts';
import { createMemoryWatch } from '../trip/memory-watch.ts';
import { onTripStage, queueName } from '../trip/stage.ts';
import { startDispatchers } from '../trip/start-dispatcher.ts';
import { pass } from '../trip/work.ts';
import type { LongPlan, LongRun } from './long-run.ts';

/** As fast as one core delivers. */
const limit = { callsPerSecond: 5_000, concurrency: 30 };

const lookEveryMs = 100;

/** Until what was called is settled, and what was given out is deleted. */
const settleMs = 1_500;

/** One dispatcher over all of the events; its memory is asked for while it has none in hand. */
export function runDispatcher({ events, mostMs }: LongPlan, ended: AbortSignal): Promise<LongRun> {
  return onTripStage({}, ended, async (stage) => {
    const { standIn, target, signal } = stage;
    const watch = createMemoryWatch();
    const body = eventBody();
    const tenth = events / 10;
    const startedMs = performance.now();
    const untilDelivered = async (count: number): Promise<number> => {
      for (;;) {
        const { answered } = await target.record();
        if (answered >= count || performance.now() > startedMs + mostMs) return answered;
        await pass(stage, lookEveryMs);
      }
    };
    await standIn.fill({ queue: queueName, count: tenth, body });
    const [program] = await startDispatchers(stage, limit, { watch });
    if (program === undefined) throw new Error('No dispatcher was started');
    const first = await untilDelivered(tenth);
    await pass(stage, settleMs);
    const afterTenth = await watch.ask(program, signal);
    if (first >= tenth) await standIn.fill({ queue: queueName, count: events - tenth, body });
    const reached = await untilDelivered(events);
    const seconds = (performance.now() - startedMs) / 1_000;
    // Of one that is too slow the rest is taken away, so that it has nothing in hand either.
    await standIn.reset();
    await pass(stage, settleMs);
    const afterAll = await watch.ask(program, signal);
    return { app: 'dispatcher', events, tenth: first, reached, afterTenth, afterAll, seconds };
  });
}

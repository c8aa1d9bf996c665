import { judge } from '../../tests/conformance/judge.ts';
import { eventBody } from '../trip/event-body.ts';
import { queueName, onTripStage } from '../trip/stage.ts';
import { startDispatchers } from '../trip/start-dispatcher.ts';
import { warmUp, workFor, type Work } from '../trip/work.ts';

export interface BacklogSetup {
  readonly callsPerSecond: number;
  readonly dispatchers: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Of an event on the queue. */
  readonly bytes?: number;
}

/** What dispatchers did with a queue that was never empty. */
export interface BacklogRun {
  /** Calls made ÷ calls allowed, in the measured span. */
  readonly used: number;
  /** The most calls in any second of the whole run ÷ the limit. */
  readonly fullest: number;
  readonly work: Work;
}

/** Calls in flight of each dispatcher: more than any limit here needs, also for what is due at once after a stall of 15 ms. */
const concurrency = 100;

/** Arrivals are told by the clock of the target, which may be late by what held it up. */
export function runBacklog(setup: BacklogSetup, signal: AbortSignal): Promise<BacklogRun> {
  const { callsPerSecond, warmUpMs, measureMs } = setup;
  return onTripStage({}, signal, async (stage) => {
    const { standIn, target } = stage;
    const count = Math.ceil((callsPerSecond * 2 * (warmUpMs + measureMs)) / 1_000) + 1_000;
    await standIn.fill({ queue: queueName, count, body: eventBody('event-{id}', setup.bytes) });
    const programs = await startDispatchers(stage, { callsPerSecond, concurrency }, { count: setup.dispatchers });
    await warmUp(stage, warmUpMs);
    const { arrived: first } = await target.record();
    const pids = programs.map(({ pid }) => pid);
    const work = await workFor(stage, pids, measureMs);
    const arrivalsMs = await target.arrivals(0);
    const windows = [{ calls: callsPerSecond, perMs: 1_000 }];
    return {
      used: judge(sinceFirst(arrivalsMs.slice(first)), windows).utilisation ?? Number.NaN,
      fullest: judge(sinceFirst(arrivalsMs), windows).ratio,
      work,
    };
  });
}

/** Taken from an epoch, they carry the noise of their own size. */
function sinceFirst(arrivalsMs: readonly number[]): readonly number[] {
  const [firstMs = 0] = arrivalsMs;
  return arrivalsMs.map((atMs) => atMs - firstMs);
}

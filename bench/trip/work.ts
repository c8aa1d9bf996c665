import { wait } from '../../apps/shared/wait.ts';
import { countRoundTrips } from './count-round-trips.ts';
import { cpuSeconds } from '../measure.ts';
import { queueName, type TripStage } from './stage.ts';
import type { Counts } from '../stand-in/server.ts';

/** What programs did in a span of time, all of them together. */
export interface Work {
  readonly seconds: number;
  readonly delivered: number;
  readonly cpuSeconds: number;
  /** Of Redis. */
  readonly redisCpuSeconds: number;
  /** To Redis. */
  readonly roundTrips: number;
  /** To SQS: receives, deletes and changes of visibility. */
  readonly requests: number;
}

/** Deliveries go on while they are looked at; none is rare in so long. */
const lookEveryMs = 10;

/** Until so many events have been delivered. */
export async function untilDelivered(
  { target, signal }: Pick<TripStage, 'target' | 'signal'>,
  count: number,
): Promise<void> {
  while ((await target.record()).answered < count) {
    await wait(lookEveryMs, signal);
    signal.throwIfAborted();
  }
}

/** Waits for the first delivery, and then until programs are compiled and their connections are open. */
export async function warmUp(stage: Pick<TripStage, 'target' | 'signal'>, ms: number): Promise<void> {
  await untilDelivered(stage, 1);
  await pass(stage, ms);
}

export async function pass({ signal }: Pick<TripStage, 'signal'>, ms: number): Promise<void> {
  await wait(ms, signal);
  signal.throwIfAborted();
}

function requestsOf({ requests }: Counts): number {
  return (
    requests.ReceiveMessage +
    requests.DeleteMessage +
    requests.DeleteMessageBatch +
    requests.ChangeMessageVisibility +
    requests.ChangeMessageVisibilityBatch
  );
}

const sum = (figures: readonly number[]) => figures.reduce((all, each) => all + each, 0);

/** What programs do from now on, for so long. */
export async function workFor(stage: TripStage, pids: readonly number[], ms: number): Promise<Work> {
  const { standIn, redis, target } = stage;
  const look = async () => {
    const [roundTrips, counts, { answered }] = await Promise.all([
      Promise.all(pids.map((pid) => countRoundTrips(pid, redis.port))),
      standIn.counts(),
      target.record(),
    ]);
    return {
      atMs: performance.now(),
      delivered: answered,
      cpuSeconds: sum(pids.map(cpuSeconds)),
      redisCpuSeconds: cpuSeconds(redis.pid()),
      roundTrips: sum(roundTrips),
      requests: requestsOf(counts),
      waiting: counts.queues[queueName]?.waiting,
    };
  };
  const before = await look();
  await pass(stage, ms);
  const after = await look();
  if (after.waiting === 0) throw new Error('The queue ran dry: put more on it');
  return {
    seconds: (after.atMs - before.atMs) / 1_000,
    delivered: after.delivered - before.delivered,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    redisCpuSeconds: after.redisCpuSeconds - before.redisCpuSeconds,
    roundTrips: after.roundTrips - before.roundTrips,
    requests: after.requests - before.requests,
  };
}

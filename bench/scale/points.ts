import { runBacklog } from '../limit/backlog-run.ts';
import type { Arrivals } from '../load/plan.ts';
import type { Bench, Figure } from '../figure.ts';
import { withReceiver, type Receiver } from './receiver-run.ts';

/** Points from which a capacity can be reckoned; none of them is held to a bound. */

const busy: Arrivals = { kind: 'closed', connections: 128 };
const paced: Arrivals = { kind: 'open', perSecond: 500, seed: 1, mostConnections: 500 };

const receiverPoints = [
  { arrivals: paced, pace: 'at 500/s', bytes: 500 },
  { arrivals: busy, pace: 'when busy', bytes: 500 },
  { arrivals: busy, pace: 'when busy', bytes: 2_000 },
];

const usualPoints = [
  { callsPerSecond: 50, bytes: 500 },
  { callsPerSecond: 200, bytes: 500 },
  { callsPerSecond: 1_000, bytes: 500 },
];

interface Plan {
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly dispatcherPoints: typeof usualPoints;
}

const plans: Readonly<Record<'short' | 'whole', Plan>> = {
  short: { warmUpMs: 1_000, measureMs: 2_000, dispatcherPoints: usualPoints },
  whole: {
    warmUpMs: 3_000,
    measureMs: 10_000,
    dispatcherPoints: [...usualPoints, { callsPerSecond: 1_000, bytes: 2_000 }],
  },
};

const point = (name: string, value: number, against: string): Figure => ({
  name: `point: ${name}`,
  value,
  rounds: [value],
  against,
  bound: undefined,
  says: [],
});

async function measureReceiver({ load, sent }: Receiver, { warmUpMs, measureMs }: Plan): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { arrivals, pace, bytes } of receiverPoints) {
    const before = await sent();
    const result = await load(arrivals, bytes, warmUpMs, measureMs);
    const after = await sent();
    const [cpuSeconds = Number.NaN] = result.watchedCpuSeconds;
    const of = `${pace}, ${bytes} B`;
    const against = `${(result.acknowledged / result.seconds).toFixed(0)} events/s`;
    figures.push(
      point(`receiver CPU µs/event, ${of}`, (cpuSeconds / result.acknowledged) * 1e6, against),
      point(
        `receiver SQS sends/event, ${of}`,
        (after.requests - before.requests) / (after.events - before.events),
        against,
      ),
    );
  }
  return figures;
}

async function measureDispatcher(
  { dispatcherPoints, warmUpMs, measureMs }: Plan,
  signal: AbortSignal,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { callsPerSecond, bytes } of dispatcherPoints) {
    const { work } = await runBacklog({ callsPerSecond, bytes, dispatchers: 1, warmUpMs, measureMs }, signal);
    const { delivered, seconds, cpuSeconds, redisCpuSeconds, roundTrips, requests } = work;
    const of = `limit ${callsPerSecond}/s, ${bytes} B`;
    const against = `${(delivered / seconds).toFixed(0)} events/s`;
    figures.push(
      point(`dispatcher CPU µs/event, ${of}`, (cpuSeconds / delivered) * 1e6, against),
      point(`Redis CPU µs/event, ${of}`, (redisCpuSeconds / delivered) * 1e6, against),
      point(`Redis round trips/event, ${of}`, roundTrips / delivered, against),
      point(`SQS receives+deletes/event, ${of}`, requests / delivered, against),
    );
  }
  return figures;
}

export async function measurePoints({ short, signal, say }: Bench): Promise<readonly Figure[]> {
  const plan = short ? plans.short : plans.whole;
  const received = await withReceiver(signal, (receiver) => measureReceiver(receiver, plan));
  say('points of the receiver are measured');
  return [...received, ...(await measureDispatcher(plan, signal))];
}

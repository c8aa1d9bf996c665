import { figureOf, type Bench, type Figure, type Section } from '../figure.ts';
import { runBacklog, type BacklogRun } from '../limit/backlog-run.ts';

interface Measured {
  readonly callsPerSecond: number;
  /** As many as share such a limit in a cluster. */
  readonly dispatchers: number;
  /** Whether requests to SQS and round trips to Redis are held to bounds. */
  readonly counts: boolean;
}

const limits: readonly Measured[] = [
  { callsPerSecond: 5, dispatchers: 1, counts: false },
  { callsPerSecond: 50, dispatchers: 1, counts: true },
  { callsPerSecond: 200, dispatchers: 1, counts: true },
  { callsPerSecond: 500, dispatchers: 1, counts: false },
  { callsPerSecond: 1_000, dispatchers: 2, counts: true },
  { callsPerSecond: 2_000, dispatchers: 3, counts: false },
];

const warmUpMs = 2_500;
const shortMs = 10_000;

/** At five a second one call more or less is to be less than a hundredth. */
const wholeMs = 20_000;

function figuresOf({ callsPerSecond, dispatchers, counts }: Measured, { used, fullest, work }: BacklogRun) {
  const at = `at ${callsPerSecond}/s`;
  const pods = dispatchers === 1 ? 'one dispatcher' : `${dispatchers} dispatchers`;
  const { delivered, seconds, requests, roundTrips } = work;
  const figure = (name: string, value: number, bound: Figure['bound'], against: string, says: readonly string[] = []) =>
    figureOf({ name: `limit ${at}: ${name}`, rounds: [value], against, bound, says });
  return [
    figure('delivered ÷ limit', used, { atLeast: 0.97 }, `${pods}, a queue that is never empty`, [
      `${(delivered / seconds).toFixed(1)} events/s`,
    ]),
    figure('most calls in a second ÷ limit', fullest, { atMost: 1 }, 'clock of the target'),
    ...(counts
      ? [
          figure('SQS requests per event', requests / delivered, { atMost: 0.25 }, 'receives, deletes, visibility'),
          figure('Redis round trips per event', roundTrips / delivered, { atMost: 0.5 }, 'packets sent to Redis'),
        ]
      : []),
  ];
}

/**
 * How much of a limit is used while there is enough to do, and what that costs at SQS and Redis. That the limit holds is proven
 * elsewhere, by captured packets: `npm run conformance -- limit`.
 */
export const limit: Section = async ({ short, signal, say }: Bench) => {
  const figures: Figure[] = [];
  for (const measured of limits) {
    const { callsPerSecond, dispatchers } = measured;
    const measureMs = short ? shortMs : wholeMs;
    const run = await runBacklog({ callsPerSecond, dispatchers, warmUpMs, measureMs }, signal);
    say(`${callsPerSecond}/s: ${(run.used * 100).toFixed(1)} % used, ${(run.fullest * 100).toFixed(1)} % at most`);
    figures.push(...figuresOf(measured, run));
  }
  return figures;
};

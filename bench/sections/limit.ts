import { figureOf, type Bench, type Figure, type Section } from '../figure.ts';
import { runBacklog, type BacklogRun } from '../limit/backlog-run.ts';

interface Measured {
  readonly callsPerSecond: number;
  readonly dispatchers: number;
  /** Which bounds it is held to: of its use alone, of what it costs as well, or of nothing. */
  readonly heldTo: 'use' | 'use and cost' | 'nothing';
}

/** One dispatcher is enough for each of them. */
const limits: readonly Measured[] = [
  { callsPerSecond: 5, dispatchers: 1, heldTo: 'use' },
  { callsPerSecond: 50, dispatchers: 1, heldTo: 'use and cost' },
  { callsPerSecond: 200, dispatchers: 1, heldTo: 'use and cost' },
  { callsPerSecond: 500, dispatchers: 1, heldTo: 'use' },
  { callsPerSecond: 1_000, dispatchers: 1, heldTo: 'use and cost' },
  { callsPerSecond: 2_000, dispatchers: 1, heldTo: 'use' },
];

/** What several make of a limit together; the short form leaves it out. */
const fleet: Measured = { callsPerSecond: 200, dispatchers: 3, heldTo: 'nothing' };

const warmUpMs = 2_500;

/** At five a second, one call more or less is a fiftieth, or a hundredth. */
const spans = { short: 10_000, whole: 20_000 };

function figuresOf(
  { callsPerSecond, dispatchers, heldTo }: Measured,
  { used, fullest, work }: BacklogRun,
): readonly Figure[] {
  const at = `limit ${callsPerSecond}/s${dispatchers === 1 ? '' : `, ${dispatchers} dispatchers`}`;
  const { delivered, seconds, cpuSeconds, requests, roundTrips } = work;
  const figure = (name: string, value: number, bound: Figure['bound'], against: string, says: readonly string[] = []) =>
    figureOf({
      name: `${at}: ${name}`,
      rounds: [value],
      against,
      bound: heldTo === 'nothing' ? undefined : bound,
      says,
    });
  const perSecond = (delivered / seconds).toFixed(1);
  const cpuUs = ((cpuSeconds / delivered) * 1e6).toFixed(0);
  const use = [
    figure('delivered ÷ limit', used, { atLeast: 0.97 }, 'a queue that is never empty', [
      `${perSecond} events/s, ${cpuUs} µs of CPU each`,
    ]),
    figure('most calls in a second ÷ limit', fullest, { atMost: 1 }, 'clock of the target'),
  ];
  if (heldTo === 'use') return use;
  return [
    ...use,
    figure('SQS requests/event', requests / delivered, { atMost: 0.25 }, 'receives, deletes, changes of visibility'),
    figure('Redis round trips/event', roundTrips / delivered, { atMost: 0.5 }, 'packets with data sent to Redis'),
  ];
}

/**
 * How much of a limit is used while there is enough to do, and what that costs at SQS and Redis. That the limit holds is proven
 * elsewhere, by captured packets: `npm run conformance -- limit`.
 */
export const limit: Section = async ({ short, signal, say }: Bench) => {
  const figures: Figure[] = [];
  const measureMs = short ? spans.short : spans.whole;
  for (const measured of [...limits, ...(short ? [] : [fleet])]) {
    const { callsPerSecond, dispatchers } = measured;
    const run = await runBacklog({ callsPerSecond, dispatchers, warmUpMs, measureMs }, signal);
    say(`${callsPerSecond}/s: ${(run.used * 100).toFixed(1)} % used, ${(run.fullest * 100).toFixed(1)} % at most`);
    figures.push(...figuresOf(measured, run));
  }
  return figures;
};

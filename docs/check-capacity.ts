import { planCapacity, type Capacity, type Load } from '../apps/cli/capacity.ts';
import { limit } from '../apps/shared/limit-config.ts';

/** What the model says of a point that `npm run bench -- scale --keep` measures: the name of the figure, and both values. */
export interface Checked {
  readonly point: string;
  readonly measured: number;
  readonly modelled: number;
}

const quiet = { targets: 1, burst: 0, latencyMs: 5, retentionMs: 14 * 86_400_000 } as const;

/** A receiver is planned twice at least: two of them at this pace. */
const atReceivers = (perSecond: number, bytes: number): Load => ({
  ...quiet,
  eventsPerSecond: 2 * perSecond,
  limit: limit.parse({ windows: [{ calls: 100_000, per: '1s' }], concurrency: 1_000 }),
  bytes,
});

/** One dispatcher with a backlog, as the bench has it. */
const atLimit = (calls: number, bytes: number): Load => ({
  ...quiet,
  eventsPerSecond: calls * 2,
  limit: limit.parse({ windows: [{ calls, per: '1s' }], concurrency: 30 }),
  bytes,
});

const receiverUs = ({ receiver }: Capacity, { eventsPerSecond }: Load) => (receiver.cores * 1e6) / eventsPerSecond;
const dispatcherUs = ({ dispatcher, backlog }: Capacity) => (dispatcher.cores * 1e6) / backlog.deliveredPerSecond;
const requests = ({ sqs, backlog }: Capacity) => (sqs.receives + sqs.deletes + sqs.hides) / backlog.deliveredPerSecond;
const sends = ({ sqs }: Capacity, { eventsPerSecond }: Load) => sqs.sends / eventsPerSecond;

const busy = 10_000;
const points: readonly (readonly [point: string, load: Load, (capacity: Capacity, load: Load) => number])[] = [
  ['receiver CPU µs/event, at 500/s, 500 B', atReceivers(500, 500), receiverUs],
  ['receiver CPU µs/event, when busy, 500 B', atReceivers(busy, 500), receiverUs],
  ['receiver CPU µs/event, when busy, 2000 B', atReceivers(busy, 2_000), receiverUs],
  ['receiver SQS sends/event, at 500/s, 500 B', atReceivers(500, 500), sends],
  ['receiver SQS sends/event, when busy, 500 B', atReceivers(busy, 500), sends],
  ['dispatcher CPU µs/event, limit 50/s, 500 B', atLimit(50, 500), dispatcherUs],
  ['dispatcher CPU µs/event, limit 200/s, 500 B', atLimit(200, 500), dispatcherUs],
  ['dispatcher CPU µs/event, limit 1000/s, 500 B', atLimit(1_000, 500), dispatcherUs],
  ['dispatcher CPU µs/event, limit 1000/s, 2000 B', atLimit(1_000, 2_000), dispatcherUs],
  ['SQS receives+deletes/event, limit 200/s, 500 B', atLimit(200, 500), requests],
];

/** Of each point that the baseline of the bench knows. */
export function checkCapacity(baseline: Readonly<Record<string, number>>): readonly Checked[] {
  return points.map(([point, load, tell]) => ({
    point,
    measured: baseline[`point: ${point}`] ?? Number.NaN,
    modelled: tell(planCapacity(load), load),
  }));
}

const figure = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** As rows of the table in docs/capacity.md. */
export function checkedRows(baseline: Readonly<Record<string, number>>): readonly (readonly string[])[] {
  return checkCapacity(baseline).map(({ point, measured, modelled }) => [
    point,
    figure(measured),
    figure(modelled),
    (modelled / measured).toFixed(2),
  ]);
}

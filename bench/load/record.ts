import { coreUse, cpuSeconds, readCoreTimes } from '../measure.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import type { LoadResult, Times } from './plan.ts';

export interface Record {
  /** From here on it is measured. */
  readonly open: () => void;
  readonly close: () => void;
  /** A request due at `dueMs` was answered now. */
  readonly answered: (status: number, dueMs: number) => void;
  readonly result: (unanswered: number, mostConnections: number) => LoadResult;
  /** Whether a request due then is measured. */
  readonly measures: (dueMs: number) => boolean;
}

const timesOf = (histogram: Histogram): Times => ({
  count: histogram.count(),
  p50Ms: histogram.quantile(0.5),
  p99Ms: histogram.quantile(0.99),
  maxMs: histogram.quantile(1),
});

const isAcknowledged = (status: number) => status >= 200 && status < 300;
const isRefused = (status: number) => status === 429 || status === 503;

/** `watch`: pids. */
export function createRecord(watch: readonly number[], now: () => number): Record {
  const look = () => ({
    atMs: now(),
    cpu: process.cpuUsage(),
    watched: watch.map(cpuSeconds),
    cores: readCoreTimes(),
  });
  let opened: ReturnType<typeof look> | undefined;
  let closed: ReturnType<typeof look> | undefined;
  const statuses = new Map<number, number>();
  const acknowledged = createHistogram();
  const refused = createHistogram();
  const measures = (dueMs: number) =>
    opened !== undefined && dueMs >= opened.atMs && (closed === undefined || dueMs < closed.atMs);
  return {
    open() {
      opened = look();
    },
    close() {
      closed = look();
    },
    answered(status, dueMs) {
      if (opened === undefined) return;
      if (closed === undefined) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!measures(dueMs)) return;
      if (isAcknowledged(status)) acknowledged.add(now() - dueMs);
      else if (isRefused(status)) refused.add(now() - dueMs);
    },
    measures,
    result(unanswered, mostConnections) {
      if (opened === undefined || closed === undefined) throw new Error('The load was not measured to its end');
      const [from, to] = [opened, closed];
      const used = to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system;
      const sum = [...statuses].reduce((all, [status, count]) => all + (isAcknowledged(status) ? count : 0), 0);
      return {
        seconds: (to.atMs - from.atMs) / 1_000,
        statuses: Object.fromEntries([...statuses].map(([status, count]) => [status === 0 ? 'lost' : status, count])),
        acknowledged: sum,
        acknowledgedTimes: timesOf(acknowledged),
        refusedTimes: timesOf(refused),
        unanswered,
        mostConnections,
        cpuSeconds: used / 1_000_000,
        watchedCpuSeconds: to.watched.map((seconds, i) => seconds - (from.watched[i] ?? 0)),
        cores: coreUse(from.cores, to.cores),
      };
    },
  };
}

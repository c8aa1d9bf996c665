import { runLoad, type LoadOptions } from '../load/start.ts';
import type { Arrivals, LoadResult } from '../load/plan.ts';
import { describeCores } from '../measure.ts';
import { body } from './event.ts';
import type { Server } from './servers.ts';

export interface Span {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** Sends events to one server. */
export function load(
  { port, headers, pid }: Server,
  arrivals: Arrivals,
  span: Span,
  options: LoadOptions,
): Promise<LoadResult> {
  return runLoad({ port, path: '/events', headers, body, ...span, arrivals, watch: [pid] }, options);
}

/** Acknowledged, for each second of CPU that the server took: what it would do with a core of its own. */
export function acksPerCpuSecond({ acknowledged, watchedCpuSeconds: [seconds = Number.NaN] }: LoadResult): number {
  return acknowledged / seconds;
}

/** What came back that was no acknowledgement, in words. */
export function describeRest({ statuses, unanswered }: LoadResult): string {
  const rest = Object.entries(statuses).filter(([status]) => !status.startsWith('2'));
  const told = rest.map(([status, count]) => `${count} × ${status}`);
  if (unanswered > 0) told.push(`${unanswered} unanswered`);
  return told.length === 0 ? '' : `, ${told.join(', ')}`;
}

export function describeUse({ cores, cpuSeconds, seconds }: LoadResult): string {
  return `${describeCores(cores)}, of it the generator ${Math.round((cpuSeconds / seconds) * 100)} %`;
}

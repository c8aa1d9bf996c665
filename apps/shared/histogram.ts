import { Histogram } from 'prom-client';
import { createSeries, type Labels } from './series.ts';

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly buckets: readonly number[];
  /** Gives labels that are none of ours the values that stand for them. */
  readonly bound: (labels: Labels) => Labels;
  /** Combinations that are told before anything was measured. */
  readonly first: readonly Labels[];
}

export interface Observed {
  /** `traceId`: of an exemplar, where the registry writes them. */
  readonly observe: (labels: Labels, value: number, traceId?: string) => void;
  /** The library's own, for a registry: it tells what was observed here. */
  readonly metric: Histogram;
}

interface Exemplar {
  readonly labelSet: Labels;
  readonly value: number;
  /** s since 1970. */
  readonly timestamp: number;
}

interface Cell {
  readonly labels: Labels;
  /** Of each bucket by itself, and last of what is beyond them all. */
  readonly counts: number[];
  readonly exemplars: (Exemplar | undefined)[];
  sum: number;
}

/** A histogram of the library that is counted here, as every event is measured several times; see {@link createSeries}. */
export function createHistogram(options: HistogramOptions, clock: () => number): Observed {
  const { name, help, labelNames, buckets, bound, first } = options;
  const series = createSeries<Cell>(labelNames, bound, (labels) => ({
    labels,
    counts: new Array<number>(buckets.length + 1).fill(0),
    exemplars: [],
    sum: 0,
  }));
  for (const labels of first) series.of(labels);
  const metric = new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [] });
  const read = () => {
    const values = [...series.all()].flatMap((cell) => valuesOf(name, buckets, cell));
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  };
  // A registry asks for the second where it writes text, and for the first where it does not.
  Object.assign(metric, { get: read, getForPromString: read });
  return {
    metric,
    observe(labels, value, traceId) {
      if (!Number.isFinite(value)) throw new TypeError(`${name} was to observe ${value}`);
      const cell = series.of(labels);
      let at = 0;
      while (at < buckets.length && value > (buckets[at] ?? Infinity)) at++;
      cell.counts[at] = (cell.counts[at] ?? 0) + 1;
      cell.sum += value;
      if (traceId !== undefined)
        cell.exemplars[at] = { labelSet: { trace_id: traceId }, value, timestamp: clock() / 1_000 };
    },
  };
}

/** Buckets count all that is up to their bound (https://prometheus.io/docs/concepts/metric_types/#histogram). */
function valuesOf(name: string, buckets: readonly number[], { labels, counts, exemplars, sum }: Cell) {
  let count = 0;
  const told = [...buckets, '+Inf'].map((le, at) => {
    count += counts[at] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count, exemplar: exemplars[at] };
  });
  return [
    ...told,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { createHistogram } from './histogram.ts';
import { createSeries, type Labels } from './series.ts';

/** A name of ours; base units, `_total` for counters (https://prometheus.io/docs/practices/naming/). */
export type MetricName = `eventgw_${string}`;

/**
 * What values a label may have, so that nobody outside can make up series: a closed list, names from the configuration or
 * from the file of the API keys, or what was built. What a list lacks is counted as its `other`, where it has one.
 */
export type LabelValues = readonly string[] | 'target' | 'source' | 'key' | 'build';

export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** A sentence for a person who meets it in Grafana. */
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  /** Of a histogram. */
  readonly buckets?: readonly number[];
  /** Most combinations of its labels never happen: each begins when it is first seen, and not at 0. */
  readonly sparse?: true;
}

export type MetricTable = Readonly<Record<MetricName, MetricSpec>>;

/** The names that the configuration gives. */
export interface KnownNames {
  readonly target: readonly string[];
  readonly source: readonly string[];
}

type ValueOf<V> = V extends readonly (infer Value)[] ? ('other' extends Value ? string : Value) : string;
type LabelsOf<S extends MetricSpec> = { readonly [L in keyof S['labels']]: ValueOf<S['labels'][L]> };

export interface CounterOf<S extends MetricSpec> {
  readonly inc: (labels: LabelsOf<S>, by?: number) => void;
}
export interface HistogramOf<S extends MetricSpec> {
  /** `traceId`: of the event that was measured, where its trace is kept. */
  readonly observe: (labels: LabelsOf<S>, value: number, traceId?: string) => void;
}
export interface GaugeOf<S extends MetricSpec> {
  readonly set: (labels: LabelsOf<S>, value: number) => void;
  /** Is asked for its value at each scrape. */
  readonly read: (labels: LabelsOf<S>, value: () => number) => void;
  /** The same, of as many as there are by then. */
  readonly readAll: (all: () => Iterable<readonly [LabelsOf<S>, number]>) => void;
}

type InstrumentOf<S extends MetricSpec> = S['type'] extends 'counter'
  ? CounterOf<S>
  : S['type'] extends 'histogram'
    ? HistogramOf<S>
    : GaugeOf<S>;

export type Metrics<T> = { readonly [N in keyof T]: T[N] extends MetricSpec ? InstrumentOf<T[N]> : never };

export type MetricsRegistry = Registry<
  typeof Registry.PROMETHEUS_CONTENT_TYPE | typeof Registry.OPENMETRICS_CONTENT_TYPE
>;

/**
 * A registry of its own per app, with the process' own figures. `exemplars`: with the ids of traces beside what was measured,
 * which only OpenMetrics can write.
 */
export function createRegistry({ exemplars = false }: { readonly exemplars?: boolean } = {}): MetricsRegistry {
  const registry: MetricsRegistry = new Registry();
  if (exemplars) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry as Registry });
  return registry;
}

/** Makes what a table lists; counters and histograms begin at 0, so that no alert waits for a first one. */
export function createMetrics<const T extends MetricTable>(
  registry: MetricsRegistry,
  table: T,
  names: KnownNames,
): Metrics<T> {
  const made = Object.entries<MetricSpec>(table).map(([name, spec]) => [
    name,
    createMetric(registry as Registry, name, spec, names),
  ]);
  return Object.fromEntries(made) as Metrics<T>;
}

function createMetric(registry: Registry, name: string, spec: MetricSpec, names: KnownNames) {
  const values = new Map(Object.entries(spec.labels).map(([label, known]) => [label, valuesOf(known, names)]));
  const options = { name, help: spec.help, labelNames: [...values.keys()], registers: [registry] };
  const bounded = boundBy(values);
  const first = spec.sparse === true ? [] : allOf(values);
  switch (spec.type) {
    case 'counter': {
      const series = createSeries(options.labelNames, bounded, (labels) => ({ labels, uncounted: 0 }));
      const counter = new Counter({
        ...options,
        collect() {
          for (const cell of series.all()) {
            this.inc(cell.labels, cell.uncounted);
            cell.uncounted = 0;
          }
        },
      });
      for (const labels of first) counter.inc(labels, 0);
      return { inc: (labels: Labels, by = 1) => void (series.of(labels).uncounted += by) };
    }
    case 'histogram': {
      const { buckets = [], help } = spec;
      const { labelNames } = options;
      const { metric, observe } = createHistogram({ name, help, labelNames, buckets, bound: bounded, first }, Date.now);
      registry.registerMetric(metric);
      return { observe };
    }
    case 'gauge': {
      const reads: (() => Iterable<readonly [Labels, number]>)[] = [];
      const gauge = new Gauge({
        ...options,
        collect() {
          for (const each of reads) for (const [labels, value] of each()) this.set(bounded(labels), value);
        },
      });
      return {
        set: (labels: Labels, value: number) => gauge.set(bounded(labels), value),
        read: (labels: Labels, value: () => number) => void reads.push(() => [[labels, value()]]),
        readAll: (all: () => Iterable<readonly [Labels, number]>) => void reads.push(all),
      };
    }
    default:
      return spec.type satisfies never;
  }
}

/** `undefined`: any. */
type Known = ReadonlySet<string> | undefined;

function valuesOf(known: LabelValues, names: KnownNames): Known {
  if (known === 'build' || known === 'key') return undefined;
  if (known === 'target') return new Set(names.target);
  return new Set(known === 'source' ? [...names.source, 'other'] : known);
}

function boundBy(values: ReadonlyMap<string, Known>): (labels: Labels) => Labels {
  const all = [...values];
  const isKnown = (labels: Labels) => all.every(([label, known]) => known?.has(labels[label] ?? '') !== false);
  return (labels) => {
    // Nearly always; and it is asked several times an event.
    if (isKnown(labels)) return labels;
    return Object.fromEntries(
      all.map(([label, known]) => {
        const value = labels[label] ?? '';
        return [label, known?.has(value) === false ? 'other' : value];
      }),
    );
  };
}

function allOf(values: ReadonlyMap<string, Known>): readonly Labels[] {
  return [...values].reduce<readonly Labels[]>(
    (all, [label, each]) => all.flatMap((labels) => [...(each ?? [])].map((value) => ({ ...labels, [label]: value }))),
    [{}],
  );
}

/** HTTP status codes that are told apart; all others count as `other`. */
export const statusCodes = [
  ...['200', '201', '202', '204', '207', '294', '301', '302', '307', '308'],
  ...['400', '401', '403', '404', '405', '408', '409', '413', '415', '422', '425', '429', '431'],
  ...['500', '501', '502', '503', '504', 'other'],
] as const;

/** Up to the 10 s that a call may usually take, and beyond. */
export const httpSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** From what an idle gateway takes to the retention's first days. */
export const queueSeconds = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400, 43_200, 86_400] as const;

/** What every app tells of itself. */
export const commonMetrics = {
  eventgw_build_info: {
    type: 'gauge',
    help: 'Always 1: which version runs, on which Node.js',
    labels: { app: ['receiver', 'dispatcher'], version: 'build', node: 'build' },
  },
  eventgw_redis_up: {
    type: 'gauge',
    help: '1 while the connection to Redis stands: without it a receiver throttles by its own memory, and a dispatcher makes no calls',
    labels: { app: ['receiver', 'dispatcher'] },
  },
} as const satisfies MetricTable;

/** A load from one process; every event has an id of its own. */
export interface LoadPlan {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `{id}` in it becomes 16 letters and digits. */
  readonly body: string;
  /** Sent, but not measured. */
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly arrivals: Arrivals;
  /** Processes whose CPU in the window is told. */
  readonly watch: readonly number[];
}

export type Arrivals =
  /** Each connection sends its next request when its last one is answered. */
  | { readonly kind: 'closed'; readonly connections: number }
  /** Poisson arrivals, whatever the server does; beyond the connections they wait, and their time runs. */
  | { readonly kind: 'open'; readonly perSecond: number; readonly seed: number; readonly mostConnections: number };

export interface Times {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Times run from when a request was due: in a closed load, from when it was sent. */
export interface LoadResult {
  /** The window as it was. */
  readonly seconds: number;
  /** Answers in the window by status; `lost` where the connection broke instead. */
  readonly statuses: Readonly<Record<string, number>>;
  /** 2xx in the window. */
  readonly acknowledged: number;
  /** Of requests that were due in the window. */
  readonly acknowledgedTimes: Times;
  /** 429 and 503. */
  readonly refusedTimes: Times;
  /** Due in the window, and not answered long after it. */
  readonly unanswered: number;
  readonly mostConnections: number;
  /** Of the generator itself, in the window. */
  readonly cpuSeconds: number;
  /** Of `watch`, in its order. */
  readonly watchedCpuSeconds: readonly number[];
  /** How busy each core was, from 0 to 1. */
  readonly cores: readonly number[];
}

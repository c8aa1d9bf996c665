import { createBoundedLog, type Entry } from './bounded.ts';
import type { FaultName } from './faults.ts';
import { createSlidingWindow, type Limit } from './limit.ts';

/**
 * What became of a call. `pending`: not answered yet. `answered`: an operation that delivered nothing, such as
 * `{ __typename }`. `invalid`: refused by the rules of HTTP or GraphQL. `aborted`: the client left before its request
 * was whole. `limited` is known at the arrival, everything else at the answer.
 */
export type Outcome =
  'pending' | 'delivered' | 'duplicate' | 'answered' | 'limited' | 'invalid' | 'aborted' | `fault:${FaultName}`;

export interface Call extends Entry {
  /** Milliseconds on the monotonic clock, with fractions. */
  readonly arrival: number;
  /** The same moment on the wall clock, ISO 8601. */
  readonly time: string;
  readonly idempotency_key: string | null;
  readonly traceparent: string | null;
  key: string | null;
  id: string | null;
  type: string | null;
  /** Status of the answer; null while there is none, and for good where the client got none. */
  status: number | null;
  outcome: Outcome;
  /** Whether the call changed anything. */
  effect: boolean;
}

export type Arrived = Pick<Call, 'arrival' | 'time' | 'idempotency_key' | 'traceparent'> & { limited: boolean };
export type Described = Pick<Call, 'key' | 'id' | 'type'> & { input: string | null };
export type Settled = Pick<Call, 'status' | 'outcome' | 'effect'>;

/** Times in milliseconds on the monotonic clock; null where nothing has been measured. */
export interface Measured {
  calls: number;
  violations: number;
  limit: number;
  per_ms: number;
  /** The most arrivals that any half-open span [t, t + per_ms) has seen, refused ones included. Exact. */
  worst_window: number;
  /** How much of the limit was used between the first and the last arrival: (calls − 1) ÷ (limit × spans). */
  utilisation: number | null;
  first_arrival: number | null;
  last_arrival: number | null;
  in_last_window: number;
}

/** Every call to the GraphQL endpoint. The totals count all of them, the list holds the latest. */
export interface Calls {
  open(arrived: Arrived): Call;
  describe(call: Call, described: Described): void;
  settle(call: Call, settled: Settled): void;
  /** Measures again under another limit, as far back as calls are listed. */
  remeasure(limit: Limit): void;
  measured(now: number): Measured;
  /** Arrivals that hold a place in the limit, oldest first. */
  admitted(): number[];
  page(after: number, limit: number): Call[];
}

export function createCalls(initial: Limit): Calls {
  const log = createBoundedLog<Call>();
  let limit = initial;
  let window = createSlidingWindow(limit.perMs);
  let worst = 0;
  let violations = 0;
  let first: number | null = null;
  let last: number | null = null;

  // The fullest span can always be slid until it ends with an arrival, so looking back at each arrival finds it.
  function measure(arrival: number): void {
    window.add(arrival);
    worst = Math.max(worst, window.countAt(arrival));
  }

  function utilisation(): number | null {
    if (first === null || last === null || last === first) return null;
    return (log.total - 1) / (limit.calls * ((last - first) / limit.perMs));
  }

  return {
    open({ limited, ...arrived }) {
      measure(arrived.arrival);
      first ??= arrived.arrival;
      last = arrived.arrival;
      if (limited) violations++;
      const undescribed = { key: null, id: null, type: null, input: null };
      const outcome = limited ? 'limited' : 'pending';
      return log.add((seq) => ({ seq, ...arrived, ...undescribed, status: null, outcome, effect: false }));
    },
    describe(call, { input, ...described }) {
      Object.assign(call, described);
      if (input !== null) log.attach(call, input);
    },
    settle: (call, settled) => void Object.assign(call, settled),
    remeasure(changed) {
      limit = changed;
      window = createSlidingWindow(limit.perMs);
      worst = 0;
      for (const { arrival } of log.entries()) measure(arrival);
    },
    measured: (now) => ({
      calls: log.total,
      violations,
      limit: limit.calls,
      per_ms: limit.perMs,
      worst_window: worst,
      utilisation: utilisation(),
      first_arrival: first,
      last_arrival: last,
      in_last_window: window.countAt(now),
    }),
    admitted() {
      const arrivals: number[] = [];
      for (const call of log.entries()) if (call.outcome !== 'limited') arrivals.push(call.arrival);
      return arrivals;
    },
    page: (after, pageLimit) => log.page(after, pageLimit),
  };
}

import type { Bound } from '../proof.ts';
import type { FaultOrder } from '../queue-double/faults.ts';
import type { Edit } from '../tree.ts';
import type { Evidence } from './evidence.ts';
import type { World } from './world.ts';

/** Neighbours between which there is a network to be disturbed. */
export const edges = ['receiver-queue', 'dispatcher-queue', 'redis', 'target'] as const;
export type Edge = (typeof edges)[number];

/** How much of a fault a row sees. */
export interface Size {
  readonly events: number;
  readonly injections: number;
}

/** How the gateway and what surrounds it are set for a row. */
export interface Setup {
  readonly limit: { readonly calls: number; readonly perMs: number; readonly more?: Readonly<Record<string, unknown>> };
  readonly timeoutMs: number;
  readonly latencyMs: number;
  readonly pods: number;
  readonly honoursKeys: boolean;
  readonly inDoubt: unknown;
  readonly retry: { readonly attempts: number; readonly backoff: { readonly first: string; readonly max: string } };
  readonly edges: readonly Edge[];
  /** Of the queue of events; 14 days where it is left out. */
  readonly retentionSeconds?: number;
  /** Shortened times, as changes of the sources. */
  readonly edits: readonly Edit[];
  /** How many events may be on their way. */
  readonly backlog: number;
  /** How much of the events is poison; their ids tell them. */
  readonly poisonPercent: number;
}

export interface Progress {
  /** Whether all events are sent. */
  readonly produced: boolean;
}

/** One fault of the matrix. */
export interface Row {
  /** Of the published matrix; those beyond it go on counting. */
  readonly number: number;
  readonly name: string;
  /** What is done to the system. */
  readonly fault: string;
  readonly whole: Size;
  /** Undefined where the short form leaves it out. */
  readonly short: Size | undefined;
  readonly setup: Partial<Setup>;
  /** Before the first event: faults that stand until the drain. */
  readonly begin?: (world: World) => Promise<void>;
  /** One injection; made again and again while events are on their way. */
  readonly disturb?: (world: World, progress: Progress) => Promise<void>;
  /** For how long at most faults stand when all events are sent, where it is not the usual. */
  readonly standsForMs?: number;
  /** Ends what `begin` and `disturb` leave behind, so that the queue can be drained. */
  readonly mend?: (world: World) => Promise<void>;
  /** Counts injections where they are not `disturb`s. */
  readonly injected?: (evidence: Evidence) => number;
  /** Ids of events whose end may be a dead letter; none where it is left out. */
  readonly mayDie?: (id: string, letterClass: string) => boolean;
  /** What it is held to beyond what all rows are. */
  readonly bounds?: (evidence: Evidence) => readonly Bound[];
}

/** By what the ids of poisoned events begin, of their kinds, and of all others. */
export const poisonPrefix = 'poison';
export const poisonKinds = ['poison-a', 'poison-b', 'poison-c'] as const;
export const eventPrefix = 'event';

export const standardSetup: Setup = {
  // Twenty thousand events in half a minute: about what two cores can do, faults and proof included.
  limit: { calls: 800, perMs: 1_000 },
  timeoutMs: 1_000,
  latencyMs: 5,
  pods: 2,
  honoursKeys: true,
  inDoubt: 'retry',
  retry: { attempts: 8, backoff: { first: '100ms', max: '1s' } },
  edges: [],
  edits: [],
  backlog: 3_000,
  poisonPercent: 0,
};

/** Where a second call is a second effect, so that none is made on a doubt; what it costs is a letter. */
export const keyless = {
  setup: { honoursKeys: false, inDoubt: 'deadLetter' },
  mayDie: (_id: string, letterClass: string) => letterClass === 'in_doubt',
} as const satisfies Pick<Row, 'setup' | 'mayDie'>;

/** What the matrix asks of each row at least; the short form is a tenth of it. */
export const wholeSize: Size = { events: 20_000, injections: 50 };
export const perEventSize: Size = { events: 100_000, injections: 50 };
export const shortSize: Size = { events: 2_000, injections: 5 };

/** Slow enough that there are events on their way at each injection, which take seconds. */
export function perSecond(calls: number): Pick<Setup, 'limit'> {
  return { limit: { calls, perMs: 1_000 } };
}

export function queueFaults(...faults: FaultOrder[]): (world: World) => Promise<void> {
  return ({ queue }) => queue.order(faults);
}

/** Injections that are calls which the target answered wrongly. */
export const faultyAnswers = ({ calls }: Evidence) =>
  calls.filter(({ outcome }) => outcome.startsWith('fault:')).length;

/** Injections that are requests at which SQS failed. */
export const faultyRequests = ({ queue }: Evidence) =>
  Object.values(queue.strikes).reduce((sum, count) => sum + count, 0);

import { queueFault } from '../shared/advice.ts';
import type { FleetState, OldestSeen } from '../shared/fleet-state.ts';
import type { Log } from '../shared/log.ts';
import { wait } from '../shared/wait.ts';
import type { Depth } from './backlog.ts';
import type { Observe } from './observe.ts';

/** What the receiver saw of a target. */
export interface Seen {
  readonly depth: Depth;
  /** `undefined` where the dead-letter queue cannot be read. */
  readonly letters: Depth | undefined;
  /** `undefined` where Redis did not answer. */
  readonly fleet: FleetState | undefined;
  /** How long the oldest event that is not settled waits; 0 where nothing does. */
  readonly ageMs: number;
  /** Wall clock. */
  readonly atMs: number;
}

export interface Queue {
  readonly url: string;
  readonly deadLetterUrl: string;
}

/** What Redis says of a fleet, and of itself. */
export interface RedisSays {
  readonly fleet: FleetState;
  readonly oldest: OldestSeen;
}

export interface LookDeps {
  readonly queues: ReadonlyMap<string, Queue>;
  readonly readDepth: (queueUrl: string) => Promise<Depth>;
  /** `undefined` where Redis does not answer. */
  readonly ask: (target: string) => Promise<RedisSays | undefined>;
  /** Tells Redis that no event waits since before that. */
  readonly forget: (target: string, beforeMs: number) => Promise<void>;
  /** Tells how Redis itself is; rejects where it does not answer. */
  readonly askRedis: () => Promise<{
    readonly memory: { readonly usedBytes: number; readonly limitBytes: number } | undefined;
    readonly clockOffsetMs: number;
  }>;
  /** Told of each depth. */
  readonly learn: (target: string, depth: Depth) => void;
  readonly observe: Pick<Observe, 'saw' | 'sawNothing' | 'sawRedis'>;
  readonly log: Log;
  /** Wall clock, ms. */
  readonly clock: () => number;
}

/** As often as Prometheus may ask, and two requests to SQS a target each time: some 15,000 a day. */
const everyMs = 5_000;

/** SQS may say of a queue that it is empty a moment before it says of a message that it is there. */
const emptyLooks = 12;

/**
 * Since when the oldest event waits, of a queue that holds any.
 *
 * Of what waits SQS tells nothing (its own age leaves out messages that were received three times). But it gives out the
 * oldest first, about, so what waits is hardly older than what was received last, and what was received and is not settled
 * is known. Nothing is older than the moment at which the queue was last seen to be empty.
 */
export function oldestSinceMs({ unsettledSinceMs, last }: OldestSeen, roseAtMs: number): number {
  const isThere = unsettledSinceMs !== undefined && unsettledSinceMs >= roseAtMs - everyMs;
  const unsettled = isThere ? unsettledSinceMs : Infinity;
  return Math.min(unsettled, Math.max(last?.sinceMs ?? 0, roseAtMs));
}

const unseen: OldestSeen = { unsettledSinceMs: undefined, last: undefined };

/** Looks at queues, fleets and Redis until the signal ends. What cannot be asked is what it was. */
export async function look(deps: LookDeps, signal: AbortSignal): Promise<void> {
  const { readDepth, observe, log, clock } = deps;
  const unread = new Set<string>();
  /** When the queue was last seen to be empty; of one that never was it is not known. */
  const emptyAtMs = new Map<string, number>();
  const empties = new Map<string, number>();
  const last = new Map<string, OldestSeen>();
  const firstLookMs = clock();

  const read = async (target: string, role: 'main' | 'dlq', queueUrl: string): Promise<Depth | undefined> => {
    try {
      const depth = await readDepth(queueUrl);
      unread.delete(queueUrl);
      return depth;
    } catch (error) {
      observe.sawNothing(target, role);
      if (!unread.has(queueUrl)) log.warn({ target, role, ...queueFault(error) }, 'queue.depth_unknown');
      unread.add(queueUrl);
      return undefined;
    }
  };

  const lookAt = async (target: string, { url, deadLetterUrl }: Queue): Promise<void> => {
    const [depth, letters, says] = await Promise.all([
      read(target, 'main', url),
      read(target, 'dlq', deadLetterUrl),
      deps.ask(target),
    ]);
    if (says !== undefined) last.set(target, says.oldest);
    if (depth === undefined) return;
    const atMs = clock();
    deps.learn(target, depth);
    const isEmpty = depth.visible + depth.inFlight + depth.delayed === 0;
    const looks = isEmpty ? (empties.get(target) ?? 0) + 1 : 0;
    empties.set(target, looks);
    if (isEmpty) emptyAtMs.set(target, atMs);
    if (looks === emptyLooks) await deps.forget(target, atMs - emptyLooks * everyMs).catch(() => undefined);
    // Before its first look this pod knows nothing: what Redis has seen counts as it is.
    const oldest = last.get(target) ?? unseen;
    const isSeen = oldest.last !== undefined || oldest.unsettledSinceMs !== undefined;
    const roseAtMs = emptyAtMs.get(target) ?? (isSeen ? 0 : firstLookMs);
    const ageMs = isEmpty ? 0 : Math.max(0, atMs - oldestSinceMs(oldest, roseAtMs));
    observe.saw(target, { depth, letters, fleet: says?.fleet, ageMs, atMs });
  };

  while (!signal.aborted) {
    const asked = deps.askRedis().then(
      ({ memory, clockOffsetMs }) => observe.sawRedis(memory, clockOffsetMs),
      () => undefined,
    );
    await Promise.all([asked, ...[...deps.queues].map(([target, queue]) => lookAt(target, queue))]);
    await wait(everyMs, signal);
  }
}

import { queueFault } from '../shared/advice.ts';
import type { FleetState, OldestSeen } from '../shared/fleet-state.ts';
import type { Log } from '../shared/log.ts';
import { wait } from '../shared/wait.ts';
import type { AskRedis } from './ask-redis.ts';
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

export interface LookDeps {
  readonly queues: ReadonlyMap<string, Queue>;
  readonly readDepth: (queueUrl: string) => Promise<Depth>;
  readonly redis: AskRedis;
  /** Told of each depth. */
  readonly learn: (target: string, depth: Depth) => void;
  readonly observe: Pick<Observe, 'saw' | 'sawNothing' | 'sawRedis'>;
  readonly log: Log;
  /** Wall clock, ms. */
  readonly clock: () => number;
}

/** As often as Prometheus may ask, and two requests to SQS a target each time: some 15,000 a day. */
const everyMs = 5_000;

/** The first look loads the client of SQS; the first probe, and so the pod's being ready, is not to wait for that. */
const startsAfterMs = 50;

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

/** Looks at one target; each time it knows more of how long its queue has not been empty. */
export function createLookAt(target: string, { url, deadLetterUrl }: Queue, deps: LookDeps): () => Promise<void> {
  const { readDepth, redis, learn, observe, log, clock } = deps;
  const unread = new Set<string>();
  const firstLookMs = clock();
  let emptyAtMs: number | undefined;
  let empties = 0;
  let oldest = unseen;

  const read = async (role: 'main' | 'dlq', queueUrl: string): Promise<Depth | undefined> => {
    try {
      const depth = await readDepth(queueUrl);
      unread.delete(role);
      return depth;
    } catch (error) {
      observe.sawNothing(target, role);
      if (!unread.has(role)) log.warn({ target, role, ...queueFault(error) }, 'queue.depth_unknown');
      unread.add(role);
      return undefined;
    }
  };

  return async () => {
    const [depth, letters, says] = await Promise.all([
      read('main', url),
      read('dlq', deadLetterUrl),
      redis.fleet(target),
    ]);
    if (says !== undefined) oldest = says.oldest;
    if (depth === undefined) return;
    const atMs = clock();
    learn(target, depth);
    const isEmpty = depth.visible + depth.inFlight + depth.delayed === 0;
    empties = isEmpty ? empties + 1 : 0;
    if (isEmpty) emptyAtMs = atMs;
    if (empties === emptyLooks) await redis.forget(target, atMs - emptyLooks * everyMs).catch(() => undefined);
    // A pod that has never seen it empty takes what Redis has seen as it is.
    const isSeen = oldest.last !== undefined || oldest.unsettledSinceMs !== undefined;
    const roseAtMs = emptyAtMs ?? (isSeen ? 0 : firstLookMs);
    const ageMs = isEmpty ? 0 : Math.max(0, atMs - oldestSinceMs(oldest, roseAtMs));
    observe.saw(target, { depth, letters, fleet: says?.fleet, ageMs, atMs });
  };
}

/** Looks at queues, fleets and Redis until the signal ends. What cannot be asked is what it was. */
export async function look(deps: LookDeps, signal: AbortSignal): Promise<void> {
  const looks = [...deps.queues].map(([target, queue]) => createLookAt(target, queue, deps));
  await wait(startsAfterMs, signal);
  while (!signal.aborted) {
    const itself = deps.redis.itself().then(deps.observe.sawRedis, () => undefined);
    await Promise.all([itself, ...looks.map((lookAt) => lookAt())]);
    await wait(everyMs, signal);
  }
}

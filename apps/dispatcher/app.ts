import { nameError, type Log } from '../shared/log.ts';
import { wait } from '../shared/wait.ts';
import { longestHeldWaitMs, type Bell } from './timing.ts';
import type { Attempt } from './attempt.ts';
import type { Book } from './book.ts';
import type { Circuit } from './circuit.ts';
import type { TakeInHand } from './claim.ts';
import type { Connections } from './connection.ts';
import type { Held, Message } from './held.ts';
import type { Observe } from './observe.ts';
import type { Pause } from './pause.ts';
import type { Permit, Reserve, Slot } from './permit.ts';
import type { Settle, Settled } from './settle.ts';

export interface DispatcherDeps {
  /** How many messages may be in hand. */
  readonly capacity: number;
  readonly book: Book;
  readonly claim: TakeInHand;
  readonly reserve: Reserve;
  readonly pause: Pick<Pause, 'learn'>;
  readonly circuit: Pick<Circuit, 'opened' | 'isSending'>;
  readonly connections: Pick<Connections, 'warm'>;
  readonly attempt: Attempt;
  readonly settle: Pick<Settle, 'handBack'>;
  /** Rings when room, what is ready, or a pause may have changed. */
  readonly changed: Bell;
  readonly observe: Pick<Observe, 'permit' | 'settled' | 'waited'>;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export interface Dispatcher {
  readonly room: () => number;
  readonly inHand: () => readonly Held[];
  readonly look: () => Promise<Permit>;
  readonly take: (messages: readonly Message[]) => Promise<void>;
  /** Gives slots to what is ready until the signal ends, then awaits the calls under way and hands back the rest. */
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/** How long what Redis said of the limit is as good as asking again. */
const freshMs = 500;

/** Often enough to be found, seldom enough to be read. */
const tellEveryMs = 60_000;

/**
 * The trip of a message through this pod: claim → permit → dispatch → classify → settle.
 *
 * A message in hand is in one of three places: `ready` for a slot, on its way (`trips`: waiting for its slot, or called),
 * or being settled. It leaves `hands` only when it is settled, so that `room` counts all that this pod is answerable for.
 */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { book, changed, observe, log, now } = deps;
  const hands = new Set<Held>();
  const ready: Held[] = [];
  const trips = new Set<Promise<void>>();
  let toldMs = -Infinity;
  let known: { readonly permit: Permit; readonly atMs: number } | undefined;

  const letGo = (held: Held, settled: Settled) => {
    hands.delete(held);
    observe.settled(settled, held.event, held.trip.keptId);
    held.trip.end(settled);
    changed.ring();
  };

  const ask = async (asking: readonly Held[]): Promise<Permit> => {
    const askedMs = now();
    const permit = await deps.reserve(asking);
    known = { permit, atMs: now() };
    observe.permit(permit, known.atMs - askedMs);
    if (permit.kind === 'paused') deps.pause.learn(permit.waitMs);
    if (permit.kind === 'open') deps.circuit.opened();
    return permit;
  };

  const travel = async (held: Held, slot: Slot): Promise<void> => {
    try {
      const end = await deps.attempt(held, slot);
      if (end !== 'again') letGo(held, end);
      else {
        held.readyMs = now();
        ready.unshift(held);
      }
    } catch (error) {
      // A surprise: the message stays hidden and claimed, and comes back when both end.
      log.error({ event_id: held.event.id, error: nameError(error) }, 'trip.broke');
      held.trip.end('broke');
      hands.delete(held);
    }
  };

  const start = (held: Held, slot: Slot) => {
    observe.waited(slot.dueMs - held.readyMs);
    const trip = travel(held, slot).finally(() => {
      trips.delete(trip);
      changed.ring();
    });
    trips.add(trip);
  };

  const handBackReady = async (seconds: number): Promise<void> => {
    const back = ready.splice(0);
    await Promise.all(back.map(async (held) => letGo(held, await deps.settle.handBack(held, seconds))));
  };

  /** A long wait is not waited with messages in hand, and is looked at again before the messages come back. */
  const sitOut = async (waitMs: number, signal: AbortSignal): Promise<void> => {
    if (waitMs > longestHeldWaitMs) await handBackReady(waitMs / 1_000);
    await wait(Math.min(waitMs, longestHeldWaitMs), signal);
  };

  /** A limit that is never used looks like a dead dispatcher; so it says what to do. */
  const tellUnusable = (slots: readonly (Slot | undefined)[]) => {
    const uncertainMs = Math.max(0, ...slots.map((slot) => (slot === undefined ? 0 : slot.dueMs - slot.lateMs)));
    if (uncertainMs === 0 || now() < toldMs + tellEveryMs) return;
    toldMs = now();
    log.warn({ short_ms: Math.ceil(uncertainMs) }, 'limit.margin_is_less_than_the_round_trip_to_redis');
  };

  const grant = async (count: number, signal: AbortSignal): Promise<void> => {
    const asking = ready.splice(0, count);
    const permit = await ask(asking);
    const slots = permit.kind === 'slots' ? permit.slots : [];
    ready.unshift(...asking.slice(slots.length));
    deps.connections.warm(slots.length);
    for (const [i, held] of asking.slice(0, slots.length).entries()) {
      const slot = slots[i];
      if (slot === undefined) letGo(held, 'lost');
      else start(held, slot);
    }
    switch (permit.kind) {
      case 'slots':
        book.granted(slots);
        tellUnusable(slots);
        return;
      case 'full':
        return sitOut(book.refused(permit.waitMs), signal);
      case 'gone':
        return wait(200, signal);
      case 'paused':
        return sitOut(permit.waitMs, signal);
      case 'open':
        // In the queue they are seen, by the autoscaler too, and the probe may be another pod's.
        await handBackReady(0);
        return changed.heard(signal, permit.waitMs);
      default:
        return permit satisfies never;
    }
  };

  return {
    // The probe is one message.
    room: () => (deps.circuit.isSending() ? Math.max(0, 1 - hands.size) : deps.capacity - hands.size),
    inHand: () => [...hands],
    look: async () => (known !== undefined && now() - known.atMs < freshMs ? known.permit : ask([])),

    async take(messages) {
      // Opened while they are claimed, so that the first slots need not be given up.
      deps.connections.warm(messages.length);
      await deps.claim(messages, (held) => {
        hands.add(held);
        ready.push(held);
        changed.ring();
      });
    },

    async work(signal) {
      while (!signal.aborted) {
        const count = book.wanted(ready.length, trips.size);
        if (count > 0) await grant(count, signal);
        else await changed.heard(signal, book.nextMs());
      }
      while (trips.size > 0) await Promise.all(trips);
      await handBackReady(0);
    },
  };
}

import { decode, keyOf } from '../shared/event.ts';
import { childOf, traceIdOf, type RandomBytes } from '../shared/tracing.ts';
import type { Log } from '../shared/log.ts';
import { classify, type ClassifyOptions } from './classify.ts';
import { holdMs, longestHeldWaitMs, spareMs, wait, type Bell } from './timing.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Connections } from './connection.ts';
import type { Credential } from './credential.ts';
import type { Answer, Dispatch } from './dispatch.ts';
import type { Held, Message, Received } from './held.ts';
import type { MakeInput } from './input.ts';
import type { Ledger } from './ledger.ts';
import type { Observe } from './observe.ts';
import type { Pause } from './pause.ts';
import type { Permit, Reserve, Slot } from './permit.ts';
import type { Settle, Settled } from './settle.ts';

export interface DispatcherDeps {
  readonly instance: string;
  readonly target: string;
  readonly concurrency: number;
  /** How many messages may be in hand. */
  readonly capacity: number;
  readonly timeoutMs: number;
  readonly inDoubt: 'retry' | 'deadLetter';
  readonly attempts: number;
  readonly ledger: Ledger;
  readonly reserve: Reserve;
  readonly pause: Pause;
  readonly connections: Pick<Connections, 'warm'>;
  readonly dispatch: Dispatch;
  readonly makeInput: MakeInput;
  readonly credential: Credential;
  readonly classify: ClassifyOptions;
  readonly settle: Settle;
  readonly hide: Acknowledge['hide'];
  /** Rings when room, what is ready, or a pause may have changed. */
  readonly changed: Bell;
  readonly observe: Observe;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

export interface Dispatcher {
  room(): number;
  inHand(): readonly Held[];
  look(): Promise<Permit>;
  take(messages: readonly Message[]): Promise<void>;
  /** Gives slots to what is ready, until the signal ends; then hands back what was not called and awaits the calls under way. */
  work(signal: AbortSignal): Promise<void>;
}

/** The trip of a message through this pod: decode → claim → permit → dispatch → classify → settle. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { ledger, settle, pause, changed, now, log, observe } = deps;
  const hands = new Set<Held>();
  const ready: Held[] = [];
  const trips = new Set<Promise<void>>();
  let calling = 0;

  const letGo = (held: Held, settled: Settled) => {
    hands.delete(held);
    observe.settled(settled, held.event);
    changed.ring();
  };

  const learn = (permit: Permit): Permit => {
    observe.permit(permit);
    if (permit.kind === 'paused') pause.learn(permit.waitMs);
    return permit;
  };

  /** Whether a call that starts now would end, and be settled, before lease or visibility do. */
  const outlasts = (held: Held) => now() - held.holdsFromMs + deps.timeoutMs + spareMs < holdMs(deps.timeoutMs);
  const mayWrite = (held: Held) => !held.lost && pause.leftMs() === 0 && outlasts(held);

  const attempt = async (held: Held, slot: Slot): Promise<void> => {
    const input = await deps.makeInput(held.event, held.key);
    if (!input.ok) {
      letGo(held, await settle.bury(held, { class: 'refused', reason: input.fault, attempts: held.attempts }));
      return;
    }
    while (now() < slot.dueMs) await wait(Math.ceil(slot.dueMs - now()), neverAborted);
    const startedMs = now();
    const { traceparent, tracestate } = held.event;
    const answer = await deps.dispatch(
      {
        input: input.text,
        key: held.key,
        traceparent: childOf(traceparent, deps.randomBytes),
        ...(tracestate === undefined ? {} : { tracestate }),
        credential: deps.credential.headers(),
      },
      slot,
      () => mayWrite(held),
    );
    await judge(held, answer, now() - startedMs);
  };

  const judge = async (held: Held, answer: Answer, durationMs: number): Promise<void> => {
    if (answer.kind === 'late') {
      observe.late();
      await takeBack(held);
      return;
    }
    const outcome = classify(answer, deps.classify);
    const response = 'status' in answer ? { status: answer.status, text: answer.text } : undefined;
    const { event } = held;
    log.info(
      {
        event_id: event.id,
        source: event.source,
        type: event.type,
        target: deps.target,
        attempt: held.attempts + 1,
        outcome: outcome.kind,
        ...('reason' in outcome ? { reason: outcome.reason } : {}),
        status: response?.status ?? 0,
        duration_ms: Math.round(durationMs * 10) / 10,
        trace_id: traceIdOf(event.traceparent),
      },
      'delivery.attempted',
    );
    observe.attempted(outcome, response?.status, durationMs);
    if (outcome.kind === 'unauthorised' && !held.refreshed) {
      held.refreshed = true;
      await deps.credential.refresh();
      ready.unshift(held);
      changed.ring();
      return;
    }
    letGo(held, await settle.outcome(held, outcome, response));
  };

  /** A slot that was given up leaves its message ready for the next, or with nobody, or with the queue. */
  const takeBack = async (held: Held): Promise<void> => {
    if (held.lost) letGo(held, 'lost');
    else if (!outlasts(held)) letGo(held, await settle.handBack(held, 0));
    else {
      ready.unshift(held);
      changed.ring();
    }
  };

  const start = (held: Held, slot: Slot) => {
    calling++;
    const trip = attempt(held, slot)
      .catch((error: unknown) => {
        // A surprise: the message stays hidden, and comes back with its lease.
        log.error(
          { event_id: held.event.id, error: error instanceof Error ? error.stack : String(error) },
          'trip.broke',
        );
        hands.delete(held);
      })
      .finally(() => {
        calling--;
        trips.delete(trip);
        changed.ring();
      });
    trips.add(trip);
  };

  const grant = async (signal: AbortSignal): Promise<void> => {
    const asking = ready.splice(0, Math.max(0, deps.concurrency - calling));
    const permit = learn(await deps.reserve(asking));
    if (permit.kind === 'slots') {
      ready.unshift(...asking.slice(permit.slots.length));
      deps.connections.warm(permit.slots.length);
      for (const [i, slot] of permit.slots.entries()) {
        const held = asking[i];
        if (held === undefined) continue;
        if (slot === undefined) letGo(held, 'lost');
        else start(held, slot);
      }
      return;
    }
    ready.unshift(...asking);
    if (permit.kind === 'full') await wait(permit.waitMs, signal);
    else if (permit.kind === 'gone') await wait(200, signal);
    else if (permit.waitMs > longestHeldWaitMs) await handBackReady(permit.waitMs);
    else await changed.heard(signal, permit.waitMs);
  };

  const handBackReady = async (waitMs: number): Promise<void> => {
    const back = ready.splice(0);
    await Promise.all(back.map(async (held) => letGo(held, await settle.handBack(held, waitMs / 1_000))));
  };

  const claimAll = async (received: readonly Received[]): Promise<void> => {
    const claims = await ledger.claim(received);
    await Promise.all(
      received.map(async (each, i) => {
        const claim = claims?.[i];
        if (claim === undefined) {
          await deps.hide(each.message.receiptHandle, 30);
        } else if (claim.kind === 'claimed' || claim.kind === 'doubt') {
          await welcome(
            {
              ...each,
              owner: claim.owner,
              attempts: claim.attempts,
              holdsFromMs: each.message.requestedAtMs,
              lost: false,
              refreshed: false,
            },
            claim.kind === 'doubt',
          );
        } else {
          observe.settled(await settle.claim(each, claim), each.event);
        }
      }),
    );
  };

  const welcome = async (held: Held, inDoubt: boolean): Promise<void> => {
    hands.add(held);
    const reason = 'an earlier call may have been made, and its answer is not known';
    if (inDoubt && deps.inDoubt === 'deadLetter') {
      letGo(held, await settle.bury(held, { class: 'in_doubt', reason, attempts: held.attempts }));
    } else if (held.attempts >= deps.attempts) {
      letGo(held, await settle.bury(held, { class: 'failed', reason, attempts: held.attempts }));
    } else {
      ready.push(held);
      changed.ring();
    }
  };

  return {
    room: () => deps.capacity - hands.size,
    inHand: () => [...hands],
    look: async () => learn(await deps.reserve([])),

    async take(messages) {
      const received: Received[] = [];
      for (const message of messages) {
        const decoded = decode(message.body);
        if (decoded.ok) {
          const { event } = decoded;
          received.push({ message, event, key: keyOf(deps.instance, deps.target, event) });
          observe.received(message, event);
        } else {
          log.warn({ message_id: message.messageId, fault: decoded.fault }, 'message.malformed');
          observe.settled(await settle.malformed(message, decoded.fault));
        }
      }
      if (received.length > 0) await claimAll(received);
    },

    async work(signal) {
      while (!signal.aborted) {
        if (ready.length === 0 || calling >= deps.concurrency) await changed.heard(signal);
        else await grant(signal);
      }
      while (trips.size > 0) await Promise.allSettled(trips);
      await handBackReady(0);
    },
  };
}

const neverAborted = new AbortController().signal;

import { keyOf } from '../shared/event.ts';
import { createBury, type DeathReason } from './bury.ts';
import { heardOf } from './circuit.ts';
import { createComplete } from './complete.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Outcome } from './classify.ts';
import type { Held, Message, Received } from './held.ts';
import type { Claim, DeadClass, Ledger, ReleaseOptions, ReleaseReason } from './ledger.ts';
import type { Observe } from './observe.ts';
import type { Pause } from './pause.ts';

/** How it ended for a message, this time. */
export type Settled = 'delivered' | 'duplicate' | 'dead_lettered' | 'parked' | 'sent_anew' | 'lost';

/** What follows a call whose end is not known. */
export type InDoubt = 'retry' | 'deadLetter' | 'reconcile';

export interface SettleDeps {
  readonly ledger: Pick<Ledger, 'complete' | 'release' | 'bury'>;
  readonly acknowledge: Acknowledge;
  readonly pause: Pick<Pause, 'begin' | 'leftMs'>;
  readonly instance: string;
  readonly target: string;
  readonly inDoubt: InDoubt;
  readonly observe: Pick<Observe, 'buried'>;
  /** How long a call in doubt may still be at work, in ms. */
  readonly doubtMs: number;
  readonly random: () => number;
  /** Wall clock, ms. */
  readonly now: () => number;
}

export interface Settle {
  readonly outcome: (
    held: Held,
    outcome: Outcome,
    answer?: { readonly status: number; readonly text: string },
  ) => Promise<Settled>;
  /** The target says of a call in doubt that it arrived. */
  readonly found: (held: Held) => Promise<Settled>;
  /** What the ledger forbids to call. */
  readonly claim: (received: Received, claim: Exclude<Claim, { kind: 'claimed' | 'doubt' }>) => Promise<Settled>;
  /** Hands an event back that was not called, hidden for so long. */
  readonly handBack: (held: Held, seconds: number) => Promise<Settled>;
  /** A message whose retention nears its end: the same event goes to the queue's end first, and its record stays. */
  readonly sendAnew: (message: Message) => Promise<Settled>;
  /** A message that is no event of ours. */
  readonly malformed: (message: Message, fault: string) => Promise<Settled>;
  readonly bury: (held: Held, death: DeathReason) => Promise<Settled>;
  /** Keeps trying to record deliveries that Redis did not hear of, until the signal ends. */
  readonly completeLate: (signal: AbortSignal) => Promise<void>;
}

/** How long a target that refuses our credential is left alone before calls ask whether it was mended. */
const haltMs = 60_000;

/** What could not be settled, as Redis or the dead-letter queue is gone, is looked at again after this, in s. */
const againSeconds = 10;

/** The only place that deletes, delays or dead-letters. */
export function createSettle(deps: SettleDeps): Settle {
  const { ledger, acknowledge, pause } = deps;
  const writeLetter = createBury(deps);
  const complete = createComplete(deps);

  const park = async ({ message }: Pick<Held, 'message'>, seconds: number): Promise<Settled> => {
    await acknowledge.hide(message.receiptHandle, seconds);
    return 'parked';
  };

  const inter = async (received: Received, owner: string, key: string, death: DeathReason): Promise<Settled> => {
    const end = await writeLetter(received, owner, key, death);
    return end === 'not_yet' ? park(received, againSeconds) : end;
  };
  const bury: Settle['bury'] = (held, death) => inter(held, held.owner, held.key, death);

  const again = async (
    held: Held,
    reason: ReleaseReason,
    death: DeathReason,
    options: ReleaseOptions = {},
  ): Promise<Settled> => {
    const { waitMs = 0 } = options;
    const released = await ledger.release(held, reason, { ...options, doubt: held.doubt, heard: death.heard });
    switch (released.kind) {
      case 'waiting':
        return park(held, released.waitMs / 1_000);
      case 'exhausted':
        // The circuit has heard of this call with the release.
        return bury(held, { ...death, heard: 'nothing', attempts: released.attempts });
      case 'lost':
        return 'lost';
      case 'gone':
        return park(held, Math.max(againSeconds, waitMs / 1_000));
      default:
        return released satisfies never;
    }
  };

  /** Stops the fleet; then waits up to a second longer than it, so that the fleet does not wake as one. */
  const stopFleet = async (ms: number, reason: 'throttled' | 'unauthorised'): Promise<number> => {
    await pause.begin(ms, reason);
    return pause.leftMs() + deps.random() * 1_000;
  };

  return {
    bury,
    found: complete.now,
    completeLate: complete.late,

    async outcome(held, outcome, answer) {
      const seen = answer === undefined ? {} : { status: answer.status, answer: answer.text };
      const heard = heardOf(outcome, answer?.status);
      const death = (kind: DeadClass, reason: string) => ({
        class: kind === 'failed' && held.doubt ? 'in_doubt' : kind,
        reason,
        attempts: held.attempts,
        heard,
        ...seen,
      });
      switch (outcome.kind) {
        case 'delivered':
          return complete.now(held);
        case 'throttled':
          return again(held, 'throttled', death('failed', outcome.reason), {
            waitMs: held.alone ? outcome.waitMs : await stopFleet(outcome.waitMs, 'throttled'),
          });
        case 'unauthorised':
          return again(held, 'untried', death('failed', outcome.reason), {
            waitMs: await stopFleet(haltMs, 'unauthorised'),
          });
        case 'unavailable':
        case 'failed':
          return again(held, outcome.kind, death('failed', outcome.reason));
        case 'in_doubt':
          if (deps.inDoubt === 'deadLetter') return bury(held, death('in_doubt', outcome.reason));
          held.doubt = deps.inDoubt === 'reconcile';
          return again(held, 'failed', death('failed', outcome.reason), {
            mayRun: true,
            // To be asked for when it can be at work no more.
            waitMs: held.doubt ? deps.doubtMs : 0,
          });
        case 'refused':
          return bury(held, death('refused', outcome.reason));
        default:
          return outcome satisfies never;
      }
    },

    async claim(received, claim) {
      switch (claim.kind) {
        case 'held':
        case 'waiting':
          return park(received, claim.waitMs / 1_000);
        case 'burying':
          return inter(received, '', received.key, { class: claim.class, reason: 'told when it was first buried' });
        case 'conflict': {
          const key = keyOf(deps.instance, deps.target, { ...received.event, identity: 'digest' });
          const reason = 'another event of the same sender, source and id has another content';
          return inter(received, '', key, { class: 'conflict', reason });
        }
        case 'done':
        case 'dead':
          await acknowledge.delete(received.message.receiptHandle);
          return 'duplicate';
        default:
          return claim satisfies never;
      }
    },

    async handBack(held, seconds) {
      await ledger.release(held, 'untried');
      return park(held, seconds);
    },

    async sendAnew(message) {
      // In this order: a crash in between leaves two messages of one event, of which the ledger knows.
      const sent = await acknowledge.sendAnew(message.body, message.firstSentAtMs ?? message.sentAtMs);
      if (!sent) return park({ message }, againSeconds);
      await acknowledge.delete(message.receiptHandle);
      return 'sent_anew';
    },

    async malformed(message, fault) {
      const dead_at = new Date(deps.now()).toISOString();
      const letter = { class: 'malformed', reason: fault, target: deps.target, dead_at };
      if (!(await acknowledge.deadLetter(message.body, letter))) return park({ message }, againSeconds);
      await acknowledge.delete(message.receiptHandle);
      deps.observe.buried('malformed');
      return 'dead_lettered';
    },
  };
}

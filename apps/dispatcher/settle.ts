import { createHash } from 'node:crypto';
import { keyOf, type GatewayEvent } from '../shared/event.ts';
import { traceIdOf } from '../shared/tracing.ts';
import { wait } from './timing.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Outcome } from './classify.ts';
import type { Held, Message, Received } from './held.ts';
import type { Claim, DeadClass, Ledger, ReleaseReason } from './ledger.ts';
import type { Pause } from './pause.ts';

/** How it ended for an event, this time. */
export type Settled = 'delivered' | 'duplicate' | 'dead_lettered' | 'parked' | 'lost';

/** Why an event is buried, beyond its class. */
export interface DeathReason {
  readonly class: DeadClass;
  readonly reason: string;
  readonly attempts?: number;
  readonly status?: number;
  /** The target's last answer, of which only a digest is kept. */
  readonly answer?: string;
}

export interface SettleDeps {
  readonly ledger: Pick<Ledger, 'complete' | 'release' | 'bury'>;
  readonly acknowledge: Acknowledge;
  readonly pause: Pick<Pause, 'begin' | 'leftMs'>;
  readonly instance: string;
  readonly target: string;
  readonly inDoubt: 'retry' | 'deadLetter';
  readonly backoffFirstMs: number;
  readonly random: () => number;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/** How long a target that refuses our credential is left alone before one more call asks whether it was mended. */
const haltMs = 60_000;

/** A dead letter that could not be written, or a message whose Redis is gone, is looked at again after this, in s. */
const againSeconds = 30;

export interface Settle {
  outcome(held: Held, outcome: Outcome, answer?: { status: number; text: string }): Promise<Settled>;
  /** What the ledger forbids to call. */
  claim(received: Received, claim: Exclude<Claim, { kind: 'claimed' | 'doubt' }>): Promise<Settled>;
  /** Hands an event back that was not called: at once, or hidden for a while. */
  handBack(held: Held, seconds: number): Promise<Settled>;
  /** A message that is no event of ours. */
  malformed(message: Message, fault: string): Promise<Settled>;
  bury(held: Held, death: DeathReason): Promise<Settled>;
  /** Keeps trying to record deliveries that Redis did not hear of, until the signal ends. */
  completeLate(signal: AbortSignal): Promise<void>;
}

/** The only place that deletes, delays or dead-letters. */
export function createSettle(deps: SettleDeps): Settle {
  const { ledger, acknowledge, pause } = deps;
  const unrecorded = new Set<Held>();

  const park = async ({ message }: Received, seconds: number): Promise<Settled> => {
    await acknowledge.hide(message.receiptHandle, seconds);
    return 'parked';
  };

  const write = async (received: Received, owner: string, key: string, death: DeathReason): Promise<Settled> => {
    const { message, event } = received;
    const record = { key, owner, class: death.class, digest: event.digest, redrive: event.redrive };
    const begun = await ledger.bury('begin', record);
    if (begun === 'gone') return park(received, againSeconds);
    if (begun === 'written') {
      if (!(await acknowledge.deadLetter(message.body, attributesOf(deps, event, key, death)))) {
        return park(received, againSeconds);
      }
      // Should this be lost, the letter is written once more when the message comes back: twice is better than never.
      await ledger.bury('end', record);
    } else if (owner !== '') {
      return 'lost';
    }
    await acknowledge.delete(message.receiptHandle);
    return 'dead_lettered';
  };

  const bury: Settle['bury'] = (held, death) => write(held, held.owner, held.key, death);

  const again = async (held: Held, reason: ReleaseReason, death: DeathReason, waitMs = 0): Promise<Settled> => {
    const released = await ledger.release(held, reason);
    switch (released.kind) {
      case 'waiting':
        return park(held, Math.max(released.waitMs, waitMs) / 1_000);
      case 'exhausted':
        return bury(held, { ...death, attempts: released.attempts });
      case 'lost':
        return 'lost';
      case 'gone':
        return park(held, Math.max(againSeconds, waitMs / 1_000, (deps.backoffFirstMs / 1_000) * (1 + deps.random())));
      default:
        return released satisfies never;
    }
  };

  const delivered = async (held: Held): Promise<Settled> => {
    const completed = await ledger.complete(held);
    // Whoever has it by now sends the same key again; what they hold is theirs to delete.
    if (completed === 'lost') return 'lost';
    if (completed === 'gone') unrecorded.add(held);
    await acknowledge.delete(held.message.receiptHandle);
    return 'delivered';
  };

  return {
    bury,

    async outcome(held, outcome, answer) {
      const death = (kind: DeadClass, reason: string): DeathReason => ({
        class: kind,
        reason,
        attempts: held.attempts,
        ...(answer === undefined ? {} : { status: answer.status, answer: answer.text }),
      });
      switch (outcome.kind) {
        case 'delivered':
          return delivered(held);
        case 'throttled': {
          await pause.begin(outcome.waitMs, 'throttled');
          // Spread over a second, so that the fleet does not wake as one.
          return again(held, 'throttled', death('failed', outcome.reason), pause.leftMs() + deps.random() * 1_000);
        }
        case 'unauthorised':
          await pause.begin(haltMs, 'unauthorised');
          return again(held, 'untried', death('failed', outcome.reason), pause.leftMs() + deps.random() * 1_000);
        case 'unavailable':
          return again(held, 'unavailable', death('failed', outcome.reason));
        case 'failed':
          return again(held, 'failed', death('failed', outcome.reason));
        case 'in_doubt':
          if (deps.inDoubt === 'deadLetter') return bury(held, death('in_doubt', outcome.reason));
          return again(held, 'failed', death('failed', outcome.reason));
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
          return write(received, '', received.key, { class: claim.class, reason: 'told when it was first buried' });
        case 'conflict': {
          const key = keyOf(deps.instance, deps.target, { ...received.event, identity: 'digest' });
          return write(received, '', key, {
            class: 'conflict',
            reason: 'another event of the same sender, source and id has another content',
          });
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

    async malformed(message, fault) {
      const attributes = {
        class: 'malformed',
        reason: fault,
        target: deps.target,
        dead_at: new Date(deps.now()).toISOString(),
      };
      if (!(await acknowledge.deadLetter(message.body, attributes))) {
        await acknowledge.hide(message.receiptHandle, againSeconds);
        return 'parked';
      }
      await acknowledge.delete(message.receiptHandle);
      return 'dead_lettered';
    },

    async completeLate(signal) {
      while (!signal.aborted || unrecorded.size > 0) {
        for (const held of unrecorded) {
          if ((await ledger.complete(held)) === 'gone') break;
          unrecorded.delete(held);
        }
        // A pod that is told to stop tries once more, and leaves the rest to the key that the target knows.
        if (signal.aborted) return;
        await wait(500, signal);
      }
    },
  };
}

/** SQS takes ten attributes, and none of them empty. */
function attributesOf(deps: SettleDeps, event: GatewayEvent, key: string, death: DeathReason): Record<string, string> {
  return {
    class: death.class,
    reason: death.reason.slice(0, 1_024),
    target: deps.target,
    key,
    trace_id: traceIdOf(event.traceparent),
    dead_at: new Date(deps.now()).toISOString(),
    attempts: String(death.attempts ?? 0),
    ...(death.status === undefined ? {} : { status: String(death.status) }),
    ...(death.answer === undefined
      ? {}
      : { answer_digest: createHash('sha256').update(death.answer).digest('base64url') }),
  };
}

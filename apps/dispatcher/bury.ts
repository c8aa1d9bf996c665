import { createHash } from 'node:crypto';
import { traceIdOf } from '../shared/tracing.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Received } from './held.ts';
import type { DeadClass, Heard, Ledger } from './ledger.ts';
import type { Observe } from './observe.ts';

/** Why an event is buried, beyond its class. */
export interface DeathReason {
  readonly class: DeadClass;
  readonly reason: string;
  readonly attempts?: number;
  readonly status?: number;
  /** Whom the last call found; left out where there was none. */
  readonly heard?: Heard;
  /** The target's last answer, of which only a digest is kept. */
  readonly answer?: string;
}

export interface BuryDeps {
  readonly ledger: Pick<Ledger, 'bury'>;
  readonly acknowledge: Pick<Acknowledge, 'delete' | 'deadLetter'>;
  readonly target: string;
  readonly observe: Pick<Observe, 'buried'>;
  /** Wall clock, ms. */
  readonly now: () => number;
}

/**
 * Writes a dead letter, then deletes the message: in this order, so that a crash between them leaves two rather than none.
 * The ledger knows of it before and after, so that whoever gets the message next writes the letter again, or only deletes.
 *
 * `owner` is empty where no claim was made. `not_yet`: Redis or the dead-letter queue did not take it.
 */
export type Bury = (
  received: Received,
  owner: string,
  key: string,
  death: DeathReason,
) => Promise<'dead_lettered' | 'lost' | 'not_yet'>;

export function createBury({ ledger, acknowledge, target, observe, now }: BuryDeps): Bury {
  return async ({ message, event }, owner, key, death) => {
    const { class: kind, heard = 'nothing' } = death;
    const record = { key, owner, class: kind, digest: event.digest, redrive: event.redrive, heard };
    const begun = await ledger.bury('begin', record);
    if (begun === 'gone') return 'not_yet';
    if (begun === 'lost' && owner !== '') return 'lost';
    if (begun === 'written') {
      const attributes = { ...attributesOf(death), target, key, trace_id: traceIdOf(event.traceparent) };
      const sent = await acknowledge.deadLetter(message.body, {
        ...attributes,
        dead_at: new Date(now()).toISOString(),
      });
      if (!sent) return 'not_yet';
      // Should this be lost, the letter is written once more when the message comes back: twice is better than never.
      await ledger.bury('end', record);
      observe.buried(kind);
    }
    await acknowledge.delete(message.receiptHandle);
    return 'dead_lettered';
  };
}

/** Reasons as string attributes: SQS takes ten of a message, and none of them empty. */
function attributesOf({ class: kind, reason, attempts = 0, status, answer }: DeathReason): Record<string, string> {
  return {
    class: kind,
    reason: reason.slice(0, 1_024),
    attempts: String(attempts),
    ...(status === undefined ? {} : { status: String(status) }),
    ...(answer === undefined ? {} : { answer_digest: createHash('sha256').update(answer).digest('base64url') }),
  };
}

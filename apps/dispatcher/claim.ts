import { decode, keyOf } from '../shared/event.ts';
import type { Log } from '../shared/log.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Held, Message, Received } from './held.ts';
import type { Claim, Ledger } from './ledger.ts';
import type { Observe } from './observe.ts';
import type { Retention } from './retention.ts';
import type { InDoubt, Settle } from './settle.ts';
import type { TraceTrip } from './trace.ts';

export interface ClaimDeps {
  readonly ledger: Pick<Ledger, 'claim'>;
  readonly settle: Pick<Settle, 'bury' | 'claim' | 'malformed' | 'sendAnew'>;
  readonly retention: Pick<Retention, 'nearsEnd'>;
  readonly hide: Acknowledge['hide'];
  readonly instance: string;
  readonly target: string;
  readonly inDoubt: InDoubt;
  readonly attempts: number;
  readonly observe: Pick<Observe, 'received' | 'claimed' | 'settled'>;
  readonly trace: TraceTrip;
  /** Whether calls are made while Redis is gone: then events are taken that it could not be asked for. */
  readonly unclaimed: () => boolean;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** How long a message is hidden whose claim Redis did not answer, in s. */
const againSeconds = 10;

/** Takes messages in hand, and settles at once what is not to be called. `onHeld` is told of each that is. */
export type TakeInHand = (messages: readonly Message[], onHeld: (held: Held) => void) => Promise<void>;

export function createClaim(deps: ClaimDeps): TakeInHand {
  const { settle, observe } = deps;
  const receive = async (message: Message): Promise<Received | undefined> => {
    const decoded = decode(message.body);
    if (decoded.ok) {
      observe.received(message, decoded.event);
      if (deps.retention.nearsEnd(message)) {
        observe.settled(await settle.sendAnew(message), decoded.event);
        return undefined;
      }
      return { message, event: decoded.event, key: keyOf(deps.instance, deps.target, decoded.event) };
    }
    deps.log.warn({ message_id: message.messageId, fault: decoded.fault }, 'message.malformed');
    observe.settled(await settle.malformed(message, decoded.fault));
    return undefined;
  };

  const inHand = (received: Received, owner: string, attempts: number): Held => ({
    ...received,
    owner,
    attempts,
    trip: deps.trace(received.event, received.message.receiveCount),
    holdsFromMs: received.message.requestedAtMs,
    readyMs: deps.now(),
    lost: false,
    doubt: false,
    alone: false,
    refreshed: false,
  });

  const apply = async (received: Received, claim: Claim | undefined, onHeld: (held: Held) => void): Promise<void> => {
    observe.claimed(claim?.kind ?? 'gone');
    if (claim === undefined) {
      if (deps.unclaimed()) onHeld(inHand(received, 'unclaimed', 0));
      else await deps.hide(received.message.receiptHandle, againSeconds);
      return;
    }
    if (!('owner' in claim)) {
      observe.settled(await settle.claim(received, claim), received.event);
      return;
    }
    const { owner, attempts, alone } = claim;
    const doubted = claim.kind === 'doubt' && deps.inDoubt !== 'retry';
    const held = { ...inHand(received, owner, attempts), doubt: doubted, alone };
    const carefully = doubted && deps.inDoubt === 'deadLetter';
    if (!carefully && attempts < deps.attempts) {
      onHeld(held);
      return;
    }
    const reason = 'an earlier call may have been made, and its answer is not known';
    const settled = await settle.bury(held, { class: doubted ? 'in_doubt' : 'failed', reason, attempts });
    observe.settled(settled, received.event);
    held.trip.end(settled);
  };

  return async (messages, onHeld) => {
    const received = (await Promise.all(messages.map(receive))).filter((each) => each !== undefined);
    if (received.length === 0) return;
    const claims = await deps.ledger.claim(received);
    await Promise.all(received.map((each, i) => apply(each, claims?.[i], onHeld)));
  };
}

import type { GatewayEvent } from '../shared/event.ts';
import type { Trip } from './trace.ts';

/** A message as it was received. */
export interface Message {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** By SQS' clock: from here its retention counts. */
  readonly sentAtMs: number;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  /** By SQS' clock: when its event was first sent, where the message was sent anew before its retention ended. */
  readonly firstSentAtMs: number | undefined;
  /** Monotonic: when the receive was requested that brought it. Its visibility counts from no earlier. */
  readonly requestedAtMs: number;
}

/** A message that holds an event of ours. */
export interface Received {
  readonly message: Message;
  readonly event: GatewayEvent;
  readonly key: string;
}

/** An event in this pod's hands: hidden in the queue and claimed in the ledger, both for the same time. */
export interface Held extends Received {
  readonly owner: string;
  readonly trip: Trip;
  /** Attempts that it has cost so far. */
  readonly attempts: number;
  /** Monotonic: when the lease and the visibility that now hold were requested. */
  holdsFromMs: number;
  /** Monotonic: since when it waits for a slot. */
  readyMs: number;
  /** Another pod has it by now: it is to be dropped, and nothing said of it. */
  lost: boolean;
  /** A call may have been made whose end is not known, and the target is to be asked for it first. */
  doubt: boolean;
  /** Throttles meet it alone: they are no reason to stop the others. */
  readonly alone: boolean;
  /** The credential was refreshed for it already: a second 401 halts the target. */
  refreshed: boolean;
}

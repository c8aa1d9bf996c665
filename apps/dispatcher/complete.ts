import { wait } from '../shared/wait.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Held } from './held.ts';
import type { Ledger } from './ledger.ts';

export interface CompleteDeps {
  readonly ledger: Pick<Ledger, 'complete'>;
  readonly acknowledge: Pick<Acknowledge, 'delete'>;
}

export interface Complete {
  /** Records a delivery, then deletes the message. */
  readonly now: (held: Held) => Promise<'delivered' | 'lost'>;
  /** Keeps trying to record deliveries that Redis did not hear of, until the signal ends. */
  readonly late: (signal: AbortSignal) => Promise<void>;
}

/** Redis is back within seconds, or for long not. */
const againMs = 500;

export function createComplete({ ledger, acknowledge }: CompleteDeps): Complete {
  const unrecorded = new Set<Held>();
  return {
    async now(held) {
      const completed = await ledger.complete(held);
      // Whoever has it by now sends the same key again; the message is theirs to delete.
      if (completed === 'lost') return 'lost';
      if (completed === 'gone') unrecorded.add(held);
      await acknowledge.delete(held.message.receiptHandle);
      return 'delivered';
    },
    async late(signal) {
      while (!signal.aborted) {
        await wait(againMs, signal);
        for (const held of unrecorded) {
          // A pod that stops leaves what is still unrecorded to the key, by which the target knows it.
          if ((await ledger.complete(held)) === 'gone') break;
          unrecorded.delete(held);
        }
      }
    },
  };
}

import { mostEntries } from '../shared/limits.ts';
import type { Queues, Received } from './queues.ts';

/** SQS lets 120 000 messages of a standard queue be hidden at a time: what is left is for whoever else reads it. */
export const mostLetters = 100_000;

/** Long polls in a row that bring nothing: each asks all servers, so one is the end where SQS also counts none, else so many. */
const emptyPolls = 3;

/** Clocks that are kept lie closer than this, in ms. Letters younger than the run by more are those that it made itself. */
const clocksApartMs = 10_000;

/** Requests under way to give back or hide on: 100 000 letters in a few minutes, and far below what SQS takes. */
const mostRequests = 8;

export interface Reader {
  /**
   * Every letter that was there at the start, once, until there is no other or the signal ends. All of them stay hidden,
   * however long it takes: shown again, they would be received again, and the end never found.
   */
  readonly read: (signal: AbortSignal) => AsyncGenerator<Received>;
  /** Deletes a letter, by the handle that counts now. */
  readonly remove: (letter: Received) => Promise<void>;
  /** Shows all letters again that were not removed; tells how many stay hidden until their time is over. */
  readonly giveBack: () => Promise<number>;
  /** Letters that came after the start. */
  readonly later: () => number;
  /** About how many letters another reader had hidden at the start, which this one cannot see. */
  readonly elsewhere: () => number;
  /** There may be more letters than one run looks at. */
  readonly full: () => boolean;
}

/** Reads a dead-letter queue without taking from it. Of each letter only id and handle are kept. */
export function createReader(queues: Queues, url: string, hideSeconds: number, wallNow: () => number): Reader {
  const handles = new Map<string, string>();
  const startedMs = wallNow();
  let looked = 0;
  let later = 0;
  let elsewhere = 0;

  const hideAll = async (seconds: number): Promise<number> => {
    const all = [...handles.values()];
    let failed = 0;
    const worker = async () => {
      for (;;) {
        const some = all.splice(-mostEntries);
        if (some.length === 0) return;
        failed += await queues.hide(url, some, seconds).catch(() => some.length);
      }
    };
    await Promise.all(Array.from({ length: mostRequests }, worker));
    return failed;
  };

  let hiding: Promise<unknown> | undefined;
  // A third leaves time for two failures. What fails comes back, is known by its id, and is hidden by its new handle.
  const timer = setInterval(
    () => {
      hiding ??= hideAll(hideSeconds).finally(() => {
        hiding = undefined;
      });
    },
    (hideSeconds * 1_000) / 3,
  );
  timer.unref();

  return {
    async *read(signal) {
      const stopped = () => signal.aborted;
      elsewhere = (await queues.depth(url)).inFlight;
      for (let empty = 0; empty < emptyPolls && looked < mostLetters && !stopped();) {
        const fresh: Received[] = [];
        for (const received of await queues.receive(url, hideSeconds)) {
          if (!handles.has(received.messageId)) fresh.push(received);
          handles.set(received.messageId, received.receiptHandle);
        }
        looked += fresh.length;
        const meant = fresh.filter(({ sentAtMs }) => sentAtMs <= startedMs + clocksApartMs);
        later += fresh.length - meant.length;
        if (fresh.length === 0 && (await queues.depth(url)).visible === 0) return;
        empty = meant.length === 0 ? empty + 1 : 0;
        for (const letter of meant) {
          if (stopped()) return;
          yield letter;
        }
      }
    },

    async remove({ messageId, receiptHandle }) {
      await queues.delete(url, handles.get(messageId) ?? receiptHandle);
      handles.delete(messageId);
    },

    async giveBack() {
      clearInterval(timer);
      await hiding;
      return hideAll(0);
    },

    later: () => later,
    elsewhere: () => elsewhere,
    full: () => looked >= mostLetters,
  };
}

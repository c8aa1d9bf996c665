import { mostEntries } from '../shared/limits.ts';
import { queueFault } from '../shared/advice.ts';
import { entryError } from '../shared/asked.ts';
import type { FaultLog } from '../shared/log.ts';
import type { BatchAnswer, Sqs } from '../shared/sqs.ts';
import { wait } from '../shared/wait.ts';

/** Reasons that travel with a dead letter, as string attributes; SQS takes ten. */
export type LetterAttributes = Readonly<Record<string, string>>;

/** What is said to SQS of messages that were received. Each resolves once SQS has confirmed, or given up on, that message. */
export interface Acknowledge {
  readonly delete: (receiptHandle: string) => Promise<boolean>;
  /** Hides it for so long from now on, or as long as may be: it comes back earlier, then. 0 shows it at once. */
  readonly hide: (receiptHandle: string, seconds: number) => Promise<boolean>;
  readonly deadLetter: (body: string, attributes: LetterAttributes) => Promise<boolean>;
  /** Puts the same body at the queue's end, where its retention begins anew. */
  readonly sendAnew: (body: string, firstSentAtMs: number) => Promise<boolean>;
}

/** The message attribute that says when an event was first sent, in ms of SQS' clock. */
export const firstSentAttribute = 'first_sent_at';

/** For a request's worth: at 50 a second ten have come by then. What is deleted later is hidden meanwhile, and known as done. */
const deleteLingerMs = 250;

/** What is put back may be wanted. */
const hideLingerMs = 100;

/** SQS' longest visibility, less a minute, since it counts from the receive and not from now. */
const longestSeconds = 43_200 - 60;

export function createAcknowledge(
  sqs: Pick<Sqs, 'deleteMessageBatch' | 'changeMessageVisibilityBatch' | 'sendMessage'>,
  queue: { readonly url: string; readonly deadLetterUrl: string },
  longestHideMs: () => number,
  log: FaultLog,
): Acknowledge {
  // An entry whose time was over is refused each day, and costs a duplicate receive; only what somebody can mend is told.
  const refused = (action: string, { Failed = [] }: BatchAnswer): ReadonlySet<number> => {
    for (const entry of Failed) {
      const fault = queueFault(entryError(action, queue.url, entry));
      if (fault.advice !== undefined) log.warn({ entries: 1, ...fault }, 'queue.acknowledge_failed');
    }
    return new Set(Failed.map(({ Id }) => Number(Id)));
  };
  const deletes = createBatch<{ handle: string }>(
    async (entries) => {
      const Entries = entries.map(({ handle }, i) => ({ Id: String(i), ReceiptHandle: handle }));
      return refused('DeleteMessage', await sqs.deleteMessageBatch({ QueueUrl: queue.url, Entries }));
    },
    deleteLingerMs,
    log,
  );
  const mostSeconds = () => Math.min(longestSeconds, Math.floor(longestHideMs() / 1_000));
  const hides = createBatch<{ handle: string; seconds: number }>(
    async (entries) => {
      const Entries = entries.map(({ handle, seconds }, i) => ({
        Id: String(i),
        ReceiptHandle: handle,
        VisibilityTimeout: seconds,
      }));
      return refused(
        'ChangeMessageVisibility',
        await sqs.changeMessageVisibilityBatch({ QueueUrl: queue.url, Entries }),
      );
    },
    hideLingerMs,
    log,
  );
  const send = async (url: string, body: string, attributes: LetterAttributes, failed: string): Promise<boolean> => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    try {
      await sqs.sendMessage({ QueueUrl: url, MessageBody: body, MessageAttributes });
      return true;
    } catch (error) {
      log.error(queueFault(error), failed);
      return false;
    }
  };
  return {
    delete: (handle) => deletes({ handle }),
    hide: (handle, seconds) => hides({ handle, seconds: Math.min(Math.max(0, Math.ceil(seconds)), mostSeconds()) }),
    deadLetter: (body, attributes) => send(queue.deadLetterUrl, body, attributes, 'dead_letter.send_failed'),
    sendAnew: (body, firstSentAtMs) =>
      send(queue.url, body, { [firstSentAttribute]: String(firstSentAtMs) }, 'message.send_anew_failed'),
  };
}

/** Sends entries, and tells the indexes of those that SQS refused. */
type SendEntries<Entry> = (entries: readonly Entry[]) => Promise<ReadonlySet<number>>;

/** Gathers entries into requests of ten, and tries each entry three times: a lost delete costs only a duplicate receive. */
function createBatch<Entry>(
  send: SendEntries<Entry>,
  lingerMs: number,
  log: FaultLog,
): (entry: Entry) => Promise<boolean> {
  interface Pending {
    readonly entry: Entry;
    readonly resolve: (confirmed: boolean) => void;
    tries: number;
  }
  let pending: Pending[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const batch = pending.slice(0, mostEntries);
    pending = pending.slice(mostEntries);
    if (pending.length > 0) arm();
    let failed: ReadonlySet<number>;
    try {
      failed = await send(batch.map(({ entry }) => entry));
    } catch (error) {
      log.warn({ entries: batch.length, ...queueFault(error) }, 'queue.acknowledge_failed');
      failed = new Set(batch.keys());
    }
    const again: Pending[] = [];
    for (const [i, each] of batch.entries()) {
      if (!failed.has(i)) each.resolve(true);
      else if (++each.tries >= 3) each.resolve(false);
      else again.push(each);
    }
    if (again.length === 0) return;
    await wait(100 * (again[0]?.tries ?? 1), new AbortController().signal);
    pending.push(...again);
    arm();
  };
  const arm = () => {
    if (pending.length >= mostEntries) void flush();
    else timer ??= setTimeout(() => void flush(), lingerMs);
  };
  return (entry) =>
    new Promise((resolve) => {
      pending.push({ entry, resolve, tries: 0 });
      arm();
    });
}

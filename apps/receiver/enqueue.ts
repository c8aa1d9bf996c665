import { mostEntries } from '../shared/limits.ts';
import type { Sqs } from '../shared/sqs.ts';

/**
 * What SQS said of one entry. `invalid`: it will never take such contents; `failed`: it did not take it, or did not say so.
 * SQS also calls a missing key or permission the sender's fault: ours, that is, and mended one day.
 */
export type EntryResult = 'queued' | 'invalid' | 'failed';

/** Sends up to ten bodies as one request, and tells of each, in their order. Never rejects. */
export type SendBatch = (queueUrl: string, bodies: readonly string[]) => Promise<readonly EntryResult[]>;

export function createSendBatch(sqs: Pick<Sqs, 'sendMessageBatch'>, onError: (error: unknown) => void): SendBatch {
  return async (queueUrl, bodies) => {
    const Entries = bodies.map((body, i) => ({ Id: String(i), MessageBody: body }));
    try {
      const answer = await sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries });
      const queued = new Set(answer.Successful?.map(({ Id }) => Id));
      const isInvalid = ({ Code }: { Code?: string | undefined }) => Code === 'InvalidMessageContents';
      const invalid = new Set(answer.Failed?.filter(isInvalid).map(({ Id }) => Id));
      // Only what SQS named as taken was taken.
      return Entries.map(({ Id }) => (queued.has(Id) ? 'queued' : invalid.has(Id) ? 'invalid' : 'failed'));
    } catch (error) {
      onError(error);
      return bodies.map(() => 'failed');
    }
  };
}

export type Enqueued = EntryResult | 'saturated' | 'late';

export interface Entry {
  readonly body: string;
  readonly bytes: number;
}

export interface Enqueue {
  /** Resolves when SQS has spoken of this very entry, or when the time is over; what was not sent by then is not sent. */
  readonly add: (entry: Entry, withinMs: number) => Promise<Enqueued>;
  /** Until nothing waits and nothing is under way. */
  readonly drained: () => Promise<void>;
}

/** SQS' own limit on one request. */
const mostBytes = 1_048_576;

/** While requests are under way, a little patience fills the next one: measured at four times the throughput. */
const lingerMs = 2;

/** Requests under way to one queue: past this SQS is slow, and more of them would only wait in the SDK. */
const mostInFlight = 16;

/** What may wait: about as much as SQS takes within the deadline. Beyond it a sender is told at once. */
const mostWaiting = 5_000;
const mostWaitingBytes = 32 * 1_048_576;

interface Waiting extends Entry {
  readonly resolve: (result: Enqueued) => void;
}

/** Gathers the entries of one queue into requests of ten. The only writer of the queue. */
export function createEnqueue(send: (bodies: readonly string[]) => Promise<readonly EntryResult[]>): Enqueue {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let inFlight = 0;
  let timer: NodeJS.Timeout | undefined;
  let onDrained: (() => void)[] = [];

  const takeBatch = (): Waiting[] => {
    let bytes = 0;
    let count = 0;
    while (count < Math.min(mostEntries, waiting.length)) {
      bytes += waiting[count]?.bytes ?? 0;
      if (count > 0 && bytes > mostBytes) break;
      count++;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    for (const entry of batch) waitingBytes -= entry.bytes;
    return batch;
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0 && inFlight < mostInFlight) {
      const batch = takeBatch();
      inFlight++;
      void send(batch.map(({ body }) => body)).then((results) => {
        inFlight--;
        for (const [i, entry] of batch.entries()) entry.resolve(results[i] ?? 'failed');
        flush();
      });
    }
    if (waiting.length === 0 && inFlight === 0) for (const resolve of onDrained.splice(0)) resolve();
  };

  const arm = () => {
    if (waiting.length >= mostEntries) flush();
    else timer ??= setTimeout(flush, inFlight === 0 ? 0 : lingerMs);
  };

  return {
    add(entry, withinMs) {
      if (waiting.length >= mostWaiting || waitingBytes + entry.bytes > mostWaitingBytes)
        return Promise.resolve('saturated');
      return new Promise((resolve) => {
        const late = setTimeout(
          () => {
            const at = waiting.indexOf(added);
            if (at !== -1) {
              waiting.splice(at, 1);
              waitingBytes -= entry.bytes;
            }
            resolve('late');
          },
          Math.max(0, withinMs),
        );
        const added: Waiting = {
          ...entry,
          resolve: (result) => {
            clearTimeout(late);
            resolve(result);
          },
        };
        waiting.push(added);
        waitingBytes += entry.bytes;
        arm();
      });
    },
    drained: () =>
      waiting.length === 0 && inFlight === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onDrained = [...onDrained, resolve];
          }),
  };
}

import { entryError } from '../shared/asked.ts';
import { mostEntries } from '../shared/limits.ts';
import type { Sqs } from '../shared/sqs.ts';
import { createFifo } from './fifo.ts';
import { createOutflow } from './outflow.ts';

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
      for (const entry of answer.Failed ?? [])
        if (!isInvalid(entry)) onError(entryError('SendMessage', queueUrl, entry));
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
  /** Resolves when SQS has spoken of this very entry, or at `dueAtMs` (monotonic); what was not sent by then is not sent. */
  readonly add: (entry: Entry, dueAtMs: number) => Promise<Enqueued>;
  /** Whether an entry would be turned away now, as SQS could not be expected to confirm it in time. */
  readonly isSaturated: () => boolean;
  /** Until nothing waits and nothing is under way. */
  readonly drained: () => Promise<void>;
}

/** SQS' own limit on one request. */
const mostBytes = 1_048_576;

/**
 * While requests are under way, a little patience fills the next one: measured at four times the throughput. More of it after
 * a full one: the next is nearly full already, and each that is not costs as much.
 */
const lingerMs = { usual: 2, afterFull: 10 };

/** Requests under way to one queue: past this SQS is slow, and more of them would only wait in the client. */
const mostInFlight = 16;

/** Whoever would wait for longer is told at once: it leaves as much of the answer's half second for the request itself. */
const longestWaitMs = 250;

/** What may wait, whatever SQS takes. */
const mostWaiting = 5_000;
const mostWaitingBytes = 32 * 1_048_576;

interface Waiting {
  readonly entry: Entry;
  readonly resolve: (result: Enqueued) => void;
  readonly dueAtMs: number;
  /** `over`: its sender has been told, whatever comes of it. */
  state: 'waiting' | 'sent' | 'over';
}

/** Gathers the entries of one queue into requests of ten. The only writer of the queue. `now`: monotonic, ms. */
export function createEnqueue(
  send: (bodies: readonly string[]) => Promise<readonly EntryResult[]>,
  now: () => number,
): Enqueue {
  const waiting = createFifo<Waiting>();
  /** All that are owed an answer, in the order in which it is due. */
  const owed = createFifo<Waiting>();
  const outflow = createOutflow(now);
  let waitingBytes = 0;
  let inFlight = 0;
  let wasFull = false;
  let lingering: NodeJS.Timeout | undefined;
  let reading: NodeJS.Immediate | undefined;
  let sweeping: NodeJS.Timeout | undefined;
  let onDrained: (() => void)[] = [];

  const takeBatch = (): Waiting[] => {
    const batch: Waiting[] = [];
    let bytes = 0;
    for (let next = waiting.first(); next !== undefined && batch.length < mostEntries; next = waiting.first()) {
      if (next.state === 'waiting') {
        bytes += next.entry.bytes;
        if (batch.length > 0 && bytes > mostBytes) break;
        batch.push(next);
        waitingBytes -= next.entry.bytes;
        next.state = 'sent';
      }
      waiting.shift();
    }
    return batch;
  };

  const flush = () => {
    clearTimeout(lingering);
    clearImmediate(reading);
    lingering = reading = undefined;
    while (waiting.size() > 0 && inFlight < mostInFlight) {
      const batch = takeBatch();
      if (batch.length === 0) break;
      wasFull = batch.length === mostEntries;
      inFlight++;
      void send(batch.map(({ entry }) => entry.body)).then((results) => {
        inFlight--;
        outflow.answered(batch.length);
        for (const [i, sent] of batch.entries()) {
          if (sent.state === 'sent') sent.resolve(results[i] ?? 'failed');
          sent.state = 'over';
        }
        // Else each would be kept, with its body, until its time is over: half a second of all that is taken.
        while (owed.first()?.state === 'over') owed.shift();
        // A full one at once; less may gather.
        if (waiting.size() > 0) arm();
        else if (inFlight === 0) for (const resolve of onDrained.splice(0)) resolve();
      });
    }
    if (waiting.size() === 0 && inFlight === 0) for (const resolve of onDrained.splice(0)) resolve();
  };

  /** A timer that is late finds requests that have arrived and are not read: they belong into this batch, too. */
  const afterReading = () => {
    reading = setImmediate(flush);
  };

  const arm = () => {
    if (waiting.size() >= mostEntries) flush();
    else lingering ??= setTimeout(afterReading, inFlight === 0 ? 0 : wasFull ? lingerMs.afterFull : lingerMs.usual);
  };

  /** Tells those whose time is over. */
  const sweep = () => {
    sweeping = undefined;
    const atMs = now();
    for (let next = owed.first(); next !== undefined; next = owed.first()) {
      if (next.state !== 'over' && next.dueAtMs > atMs) break;
      owed.shift();
      if (next.state === 'over') continue;
      if (next.state === 'waiting') waitingBytes -= next.entry.bytes;
      next.state = 'over';
      next.resolve('late');
    }
    const next = owed.first();
    if (next !== undefined) sweeping = setTimeout(sweep, Math.max(1, next.dueAtMs - atMs)).unref();
  };

  const isSaturated = () => {
    const size = waiting.size();
    return size >= mostWaiting || waitingBytes >= mostWaitingBytes || outflow.waitMs(size) > longestWaitMs;
  };

  return {
    isSaturated,
    add(entry, dueAtMs) {
      if (isSaturated() || waitingBytes + entry.bytes > mostWaitingBytes) return Promise.resolve('saturated');
      return new Promise((resolve) => {
        const added: Waiting = { entry, resolve, dueAtMs, state: 'waiting' };
        waiting.push(added);
        owed.push(added);
        waitingBytes += entry.bytes;
        sweeping ??= setTimeout(sweep, Math.max(1, dueAtMs - now())).unref();
        arm();
      });
    },
    drained: () =>
      waiting.size() === 0 && inFlight === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            onDrained = [...onDrained, resolve];
          }),
  };
}

import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { encode, type EventData } from '../../apps/shared/event.ts';
import { readListening, startProcess } from './processes.ts';
import { wait } from '../../apps/shared/wait.ts';

/** The queue, and what stands on it. */
export interface Feed {
  readonly endpoint: string;
  readonly url: string;
  readonly deadLetterUrl: string;
  readonly add: (events: number) => Promise<void>;
  /** Keeps at least so many events to be had, from now on; resolves when they are. */
  readonly keep: (events: number) => Promise<void>;
  /** How often there was nothing to be had since `keep`. */
  readonly ranDry: () => number;
  readonly stop: () => Promise<void>;
}

/** SQS takes ten a request; eight at once fill a queue far faster than any limit here empties it. */
const perRequest = 10;
const requestsAtOnce = 8;

/** A tenth of what is kept is gone by then, at most. */
const lookEveryMs = 100;

const entry = `${import.meta.dirname}/../../apps/local/embedded-queue.ts`;

export async function startFeed(died: (sentence: string) => void, signal: AbortSignal): Promise<Feed> {
  const queue = await startProcess({
    name: 'the queue',
    command: process.execPath,
    args: [entry],
    readyBy: readListening,
    died,
    signal,
  });
  const endpoint = `http://127.0.0.1:${String(queue.ready['port'])}`;
  const sqs = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
  });
  const create = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '';
  const url = await create('events');
  const deadLetterUrl = await create('dead-letters');
  const stopped = new AbortController();
  const until = AbortSignal.any([signal, stopped.signal]);
  let sent = 0;
  let dry = 0;

  const sendBatch = async (size: number) => {
    const Entries = Array.from({ length: size }, (_, i) => ({ Id: String(i), MessageBody: encodeEvent(++sent) }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    if (Failed.length > 0) throw new Error(`The queue refused ${Failed.length} events`);
  };
  const add = async (events: number) => {
    let left = events;
    const sender = async () => {
      while (left > 0 && !until.aborted) {
        const size = Math.min(left, perRequest);
        left -= size;
        await sendBatch(size);
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, sender));
  };
  const waiting = async () => {
    const attributes = new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    return Number((await sqs.send(attributes)).Attributes?.ApproximateNumberOfMessages);
  };
  const top = async (events: number) => {
    while (!until.aborted) {
      const had = await waiting();
      if (had === 0) dry++;
      await add(events - had);
      await wait(lookEveryMs, until);
    }
  };
  let topping: Promise<void> = Promise.resolve();
  return {
    endpoint,
    url,
    deadLetterUrl,
    add,
    async keep(events) {
      await add(events);
      topping = top(events).catch((error: unknown) => {
        if (!until.aborted) died(`The queue could not be kept full: ${String(error)}`);
      });
    },
    ranDry: () => dry,
    async stop() {
      stopped.abort();
      await topping;
      sqs.destroy();
      await queue.stop();
    },
  };
}

const data: EventData = { kind: 'json', text: '{"order":42}' };

function encodeEvent(number: number): string {
  const time = new Date().toISOString();
  return encode({
    id: `event-${number}`,
    source: '/conformance',
    type: 'order.created',
    time,
    sender: 'conformance',
    receivedAt: time,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    identity: 'id',
    redrive: 0,
    attributes: new Map([['brand', '"testBrand"']]),
    data,
  });
}

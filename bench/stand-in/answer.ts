import { hash } from 'node:crypto';
import type { Queue, Received } from './queue.ts';

/** What each action was asked, as JSON; only what is looked at. Attributes of messages are not kept. */
interface Input {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly ReceiptHandle?: string;
  readonly Entries?: readonly Entry[];
}

interface Entry {
  readonly Id: string;
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
}

/** `text` is JSON; `error` the code of what SQS would refuse. */
export type Answer =
  | { readonly kind: 'done'; readonly text: string; readonly entries: number }
  | { readonly kind: 'error'; readonly error: string }
  /** Nothing is there yet: to be asked again as soon as something is, until the time is over. */
  | { readonly kind: 'wait'; readonly forMs: number };

export interface Store {
  readonly queueOf: (name: string) => Queue;
  readonly urlOf: (name: string) => string;
  /** Keeps a message or forgets it; returns its id. */
  readonly send: (queue: string, body: string, delayMs: number) => number;
}

const defaultHiddenSeconds = 30;
const retentionSeconds = 1_209_600;

const messageId = (id: number) => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;

const nameOf = (url = '') => url.slice(url.lastIndexOf('/') + 1);

const done = (text: string, entries: number): Answer => ({ kind: 'done', text, entries });

function sendOne({ send }: Store, queueUrl: string | undefined, message: Input | Entry): string {
  const { MessageBody: body = '', DelaySeconds: delaySeconds = 0 } = message;
  const id = send(nameOf(queueUrl), body, delaySeconds * 1_000);
  return `"MessageId":"${messageId(id)}","MD5OfMessageBody":"${hash('md5', body)}"`;
}

const hiddenMs = ({ VisibilityTimeout: seconds = defaultHiddenSeconds }: Input | Entry) => seconds * 1_000;

function describe({ id, handle, body, md5, sentAtMs, receives }: Received) {
  return {
    MessageId: messageId(id),
    ReceiptHandle: handle,
    MD5OfBody: md5,
    Body: body,
    Attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(Math.floor(sentAtMs)) },
  };
}

const failed = (ids: readonly string[], code: string) =>
  ids.map((id) => `{"Id":"${id}","SenderFault":true,"Code":"${code}","Message":""}`).join(',');

const perEntry = (input: Input, answer: (entry: Entry) => string): Answer => {
  const { Entries: entries = [] } = input;
  if (entries.length === 0) return { kind: 'error', error: 'EmptyBatchRequest' };
  if (entries.length > 10) return { kind: 'error', error: 'TooManyEntriesInBatchRequest' };
  let successful = '';
  for (const entry of entries) successful += `${successful === '' ? '' : ','}{"Id":"${entry.Id}",${answer(entry)}}`;
  return done(`{"Successful":[${successful}],"Failed":[]}`, entries.length);
};

export const actions = {
  SendMessage: (store, input) => done(`{${sendOne(store, input.QueueUrl, input)}}`, 1),
  SendMessageBatch: (store, input) => perEntry(input, (entry) => sendOne(store, input.QueueUrl, entry)),
  ReceiveMessage: ({ queueOf }, input) => {
    const received = queueOf(nameOf(input.QueueUrl)).receive(input.MaxNumberOfMessages ?? 1, hiddenMs(input));
    const forMs = (input.WaitTimeSeconds ?? 0) * 1_000;
    if (received.length === 0) return forMs > 0 ? { kind: 'wait', forMs } : done('{}', 0);
    return done(JSON.stringify({ Messages: received.map(describe) }), received.length);
  },
  DeleteMessage: ({ queueOf }, { QueueUrl, ReceiptHandle = '' }) => {
    queueOf(nameOf(QueueUrl)).remove(ReceiptHandle);
    return done('{}', 1);
  },
  DeleteMessageBatch: ({ queueOf }, { QueueUrl, Entries = [] }) => {
    const queue = queueOf(nameOf(QueueUrl));
    for (const { ReceiptHandle = '' } of Entries) queue.remove(ReceiptHandle);
    const successful = Entries.map(({ Id }) => `{"Id":"${Id}"}`).join(',');
    return done(`{"Successful":[${successful}],"Failed":[]}`, Entries.length);
  },
  ChangeMessageVisibility: ({ queueOf }, input) => {
    const isHidden = queueOf(nameOf(input.QueueUrl)).hide(input.ReceiptHandle ?? '', hiddenMs(input));
    return isHidden ? done('{}', 1) : { kind: 'error', error: 'MessageNotInflight' };
  },
  ChangeMessageVisibilityBatch: ({ queueOf }, { QueueUrl, Entries = [] }) => {
    const queue = queueOf(nameOf(QueueUrl));
    const missed = new Set<string>();
    for (const entry of Entries) if (!queue.hide(entry.ReceiptHandle ?? '', hiddenMs(entry))) missed.add(entry.Id);
    const hidden = Entries.filter(({ Id }) => !missed.has(Id));
    const successful = hidden.map(({ Id }) => `{"Id":"${Id}"}`).join(',');
    const text = `{"Successful":[${successful}],"Failed":[${failed([...missed], 'MessageNotInflight')}]}`;
    return done(text, Entries.length);
  },
  GetQueueAttributes: ({ queueOf }, { QueueUrl }) => {
    const name = nameOf(QueueUrl);
    const { waiting, inFlight, delayed } = queueOf(name).counts();
    const Attributes = {
      QueueArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
      MessageRetentionPeriod: String(retentionSeconds),
      VisibilityTimeout: String(defaultHiddenSeconds),
    };
    return done(JSON.stringify({ Attributes }), 1);
  },
  GetQueueUrl: ({ urlOf }, { QueueName = '' }) => done(JSON.stringify({ QueueUrl: urlOf(QueueName) }), 1),
} as const satisfies Readonly<Record<string, (store: Store, input: Input) => Answer>>;

export type Action = keyof typeof actions;
export type { Input };

/** Capacity is of these. */
export function messagesIn(action: Action, { Entries = [] }: Input): number {
  return action === 'SendMessage' ? 1 : action === 'SendMessageBatch' ? Entries.length : 0;
}

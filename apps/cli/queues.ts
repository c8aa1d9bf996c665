import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mostEntries } from '../shared/limits.ts';
import { requireRegion } from '../shared/region.ts';

/** A message of a dead-letter queue as SQS tells it. */
export interface Received {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** By SQS' clock. */
  readonly sentAtMs: number;
  readonly attributes: ReadonlyMap<string, string>;
  /** SQS moved it here by itself, from this queue. */
  readonly movedFrom: string | undefined;
}

export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** All that is asked of SQS. Rejects with a sentence. */
export interface Queues {
  readonly receive: (url: string, hideSeconds: number) => Promise<readonly Received[]>;
  /** Hides up to ten for so long from now on, 0 shows them; tells how many SQS refused. */
  readonly hide: (url: string, handles: readonly string[], seconds: number) => Promise<number>;
  readonly delete: (url: string, handle: string) => Promise<void>;
  readonly send: (url: string, body: string) => Promise<void>;
  readonly depth: (url: string) => Promise<Depth>;
}

/** A long poll asks all of SQS' servers where a short one asks some. Nothing is ever cut off: what was assigned would be hidden. */
const longPollSeconds = 1;

/** Rejects where the environment does not say where SQS is. */
export async function openQueues(): Promise<Queues> {
  const sqs = new SQSClient({
    maxAttempts: 3,
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  await requireRegion(sqs.config);
  const say = (url: string) => (error: unknown) => {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(
      `SQS does not serve ${url} (${reason}): correct the URL, AWS_* or the rights to it, or try again later.`,
    );
  };
  return {
    async receive(url, hideSeconds) {
      const { Messages = [] } = await sqs
        .send(
          new ReceiveMessageCommand({
            QueueUrl: url,
            MaxNumberOfMessages: mostEntries,
            WaitTimeSeconds: longPollSeconds,
            VisibilityTimeout: hideSeconds,
            MessageSystemAttributeNames: ['SentTimestamp', 'DeadLetterQueueSourceArn'],
            MessageAttributeNames: ['All'],
          }),
        )
        .catch(say(url));
      return Messages.map(
        ({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} }) => ({
          messageId: MessageId,
          receiptHandle: ReceiptHandle,
          body: Body,
          sentAtMs: Number(Attributes.SentTimestamp ?? 0),
          attributes: new Map(
            Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue }]) => [
              name,
              StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'),
            ]),
          ),
          movedFrom: Attributes.DeadLetterQueueSourceArn,
        }),
      );
    },

    async hide(url, handles, seconds) {
      const Entries = handles.map((ReceiptHandle, i) => ({ Id: String(i), ReceiptHandle, VisibilityTimeout: seconds }));
      const { Failed = [] } = await sqs
        .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }))
        .catch(say(url));
      return Failed.length;
    },

    async delete(url, handle) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handle })).catch(say(url));
    },

    async send(url, body) {
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body })).catch(say(url));
    },

    async depth(url) {
      const { Attributes = {} } = await sqs
        .send(
          new GetQueueAttributesCommand({
            QueueUrl: url,
            AttributeNames: [
              'ApproximateNumberOfMessages',
              'ApproximateNumberOfMessagesNotVisible',
              'ApproximateNumberOfMessagesDelayed',
            ],
          }),
        )
        .catch(say(url));
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      };
    },
  };
}

import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { adviseOnAws } from '../shared/advice.ts';
import { askedOfQueue } from '../shared/asked.ts';
import { mostEntries } from '../shared/limits.ts';
import { nameError } from '../shared/log.ts';
import { endpointHost, requireRegion, requireSameRegion } from '../shared/region.ts';
import type { Env } from './environment.ts';

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

/** Rejects where the environment does not say where SQS is. A queue of another region than that is not even asked. */
export async function openQueues(env: Env): Promise<Queues> {
  const sqs = new SQSClient({
    maxAttempts: 3,
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const region = await requireRegion(sqs.config);
  const ask = async <Result>(action: string, url: string, asking: () => Promise<Result>): Promise<Result> => {
    requireSameRegion(env, [url]);
    try {
      return await asking();
    } catch (error) {
      const advice = adviseOnAws(error, askedOfQueue(action, url, region, endpointHost(env)));
      const otherwise = `SQS does not serve ${url} (${nameError(error)}): correct the URL or AWS_*, or try again later`;
      throw new Error(`${advice ?? otherwise}.`, { cause: error });
    }
  };
  return {
    async receive(url, hideSeconds) {
      const receive = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: mostEntries,
        WaitTimeSeconds: longPollSeconds,
        VisibilityTimeout: hideSeconds,
        MessageSystemAttributeNames: ['SentTimestamp', 'DeadLetterQueueSourceArn'],
        MessageAttributeNames: ['All'],
      });
      const { Messages = [] } = await ask('ReceiveMessage', url, () => sqs.send(receive));
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
      const hide = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
      const { Failed = [] } = await ask('ChangeMessageVisibility', url, () => sqs.send(hide));
      return Failed.length;
    },

    async delete(url, handle) {
      const remove = new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handle });
      await ask('DeleteMessage', url, () => sqs.send(remove));
    },

    async send(url, body) {
      const send = new SendMessageCommand({ QueueUrl: url, MessageBody: body });
      await ask('SendMessage', url, () => sqs.send(send));
    },

    async depth(url) {
      const look = new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      });
      const { Attributes = {} } = await ask('GetQueueAttributes', url, () => sqs.send(look));
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      };
    },
  };
}

import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  type Message,
  type QueueAttributeName,
  type ReceiveMessageCommandInput,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';

/** One queue, as the SDK sees it. */
export interface QueueClient {
  readonly name: string;
  readonly url: string;
  readonly send: (body: string, more?: Partial<SendMessageCommandInput>) => Promise<string>;
  readonly sendAll: (bodies: readonly string[]) => Promise<{ sent: string[]; failed: string[] }>;
  readonly receive: (more?: Partial<ReceiveMessageCommandInput>) => Promise<Message[]>;
  readonly bodies: (more?: Partial<ReceiveMessageCommandInput>) => Promise<string[]>;
  readonly hide: (message: Message, seconds: number) => Promise<unknown>;
  readonly delete: (message: Message) => Promise<unknown>;
  readonly attribute: (name: QueueAttributeName) => Promise<string | undefined>;
}

export interface Client {
  readonly sqs: SQSClient;
  /** Each queue that is made is another one. */
  readonly queue: (attributes?: Readonly<Record<string, string>>) => Promise<QueueClient>;
  readonly close: () => void;
}

/** Tries again would hide the faults, so that there are none unless they are what a test is about. */
export function openClient(endpoint: string, maxAttempts = 1): Client {
  const sqs = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useQueueUrlAsEndpoint: false,
    maxAttempts,
  });
  let queues = 0;
  return {
    sqs,
    async queue(attributes = {}) {
      const name = `queue-${++queues}`;
      const made = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
      return openQueue(sqs, name, made.QueueUrl ?? '');
    },
    close: () => sqs.destroy(),
  };
}

function openQueue(sqs: SQSClient, name: string, QueueUrl: string): QueueClient {
  const receive: QueueClient['receive'] = async (more = {}) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'], ...more }),
    );
    return Messages;
  };
  return {
    name,
    url: QueueUrl,
    async send(MessageBody, more = {}) {
      return (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))).MessageId ?? '';
    },
    async sendAll(bodies) {
      const Entries = bodies.map((body, i) => ({ Id: String(i), MessageBody: body }));
      const { Successful = [], Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      const bodiesOf = (ids: readonly { Id: string | undefined }[]) => ids.map(({ Id }) => bodies[Number(Id)] ?? '');
      return { sent: bodiesOf(Successful), failed: bodiesOf(Failed) };
    },
    receive,
    bodies: async (more) => (await receive(more)).map(({ Body = '' }) => Body),
    hide: ({ ReceiptHandle }, VisibilityTimeout) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    delete: ({ ReceiptHandle }) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    async attribute(name) {
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }));
      return Attributes[name];
    },
  };
}

export const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, i) => `message ${from + i}`);

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length > 1) throw new Error(`There are ${items.length} where one was to be`);
  return item;
}

export const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

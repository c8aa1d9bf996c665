import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { requireRegion } from './region.ts';
import type { Sqs, SqsLimits } from './sqs.ts';

/** SQS by the AWS SDK. Rejects with a sentence where it finds no region. */
export async function openSdkSqs({ attempts, connections, timeoutMs }: SqsLimits): Promise<Sqs> {
  const client = new SQSClient({
    maxAttempts: attempts,
    // TLS already protects the body.
    md5: false,
    useQueueUrlAsEndpoint: false,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: connections },
      httpsAgent: { maxSockets: connections },
    },
  });
  await requireRegion(client.config);
  return {
    sendMessage: (request) => client.send(new SendMessageCommand(request)),
    sendMessageBatch: (request) => client.send(new SendMessageBatchCommand(request)),
    receiveMessage: (request) => client.send(new ReceiveMessageCommand(request)),
    deleteMessageBatch: (request) => client.send(new DeleteMessageBatchCommand(request)),
    changeMessageVisibilityBatch: (request) => client.send(new ChangeMessageVisibilityBatchCommand(request)),
    getQueueAttributes: (request) => client.send(new GetQueueAttributesCommand(request)),
    client: 'sdk',
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** What the SDK knows of us, for signing calls that go elsewhere. */
export function sdkIdentity(): SQSClient['config'] {
  return new SQSClient({}).config;
}

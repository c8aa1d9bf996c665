import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { askedOfQueue, withAsked } from './asked.ts';
import { endpointHost, requireRegion } from './region.ts';
import type { Environment, Sqs, SqsLimits } from './sqs.ts';

/** SQS by the AWS SDK. Rejects with a sentence where it finds no region. */
export async function openSdkSqs({ attempts, connections, timeoutMs }: SqsLimits, env: Environment): Promise<Sqs> {
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
  const region = await requireRegion(client.config);
  const telling = async <Result>(action: string, queueUrl: string | undefined, asked: Promise<Result>) => {
    try {
      return await asked;
    } catch (error) {
      throw withAsked(error, () => askedOfQueue(action, queueUrl ?? '', region, endpointHost(env)));
    }
  };
  return {
    sendMessage: (request) => telling('SendMessage', request.QueueUrl, client.send(new SendMessageCommand(request))),
    sendMessageBatch: (request) =>
      telling('SendMessageBatch', request.QueueUrl, client.send(new SendMessageBatchCommand(request))),
    receiveMessage: (request) =>
      telling('ReceiveMessage', request.QueueUrl, client.send(new ReceiveMessageCommand(request))),
    deleteMessageBatch: (request) =>
      telling('DeleteMessageBatch', request.QueueUrl, client.send(new DeleteMessageBatchCommand(request))),
    changeMessageVisibilityBatch: (request) =>
      telling(
        'ChangeMessageVisibilityBatch',
        request.QueueUrl,
        client.send(new ChangeMessageVisibilityBatchCommand(request)),
      ),
    getQueueAttributes: (request) =>
      telling('GetQueueAttributes', request.QueueUrl, client.send(new GetQueueAttributesCommand(request))),
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

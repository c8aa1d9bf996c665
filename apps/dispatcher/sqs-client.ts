import { SQSClient } from '@aws-sdk/client-sqs';

/** Never one attempt: an idle connection that the other side just closed fails the first. */
export function createSqsClient(): SQSClient {
  return new SQSClient({
    maxAttempts: 3,
    useQueueUrlAsEndpoint: false,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  });
}

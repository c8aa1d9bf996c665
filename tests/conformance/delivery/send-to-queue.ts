import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';

type Sqs = Pick<SQSClient, 'send'>;

/** SQS takes ten a request; as many requests at once as keep its process busy. */
const perRequest = 10;
const requestsAtOnce = 8;

/** SQS refuses an entry when it has an internal fault, which passes; one that it refuses so often is at fault itself. */
const maxTries = 5;
const againAfterMs = 100;

/**
 * Writes messages straight to a queue, without the receiver. The client itself repeats a request whose answer is lost, so
 * that its messages may stand twice: nothing is to be disturbed between the two.
 */
export async function sendToQueue(sqs: Sqs, url: string, bodies: readonly string[]): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < bodies.length) {
      const first = next;
      next += perRequest;
      await sendEntries(sqs, url, bodies.slice(first, next));
    }
  };
  await Promise.all(Array.from({ length: requestsAtOnce }, sender));
}

async function sendEntries(sqs: Sqs, url: string, bodies: readonly string[]): Promise<void> {
  let left = bodies;
  for (let tries = 1; ; tries++) {
    const Entries = left.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    if (Failed.length === 0) return;
    const [{ Message = 'no reason' } = {}] = Failed;
    if (tries === maxTries) throw new Error(`The queue refused ${Failed.length} messages: ${Message}`);
    const failed = new Set(Failed.map(({ Id }) => Id));
    left = left.filter((_, i) => failed.has(String(i)));
    await new Promise((resolve) => setTimeout(resolve, againAfterMs));
  }
}

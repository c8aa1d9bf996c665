import { wait } from '../../apps/shared/wait.ts';
import { queueName, type TripStage } from './stage.ts';

/** Often enough that a queue is asked for single messages, as it is when they come one by one. */
const everyMs = 20;

/** SQS takes ten a request. */
const perRequest = 10;

/** Sends events at a steady rate until the signal ends. What could not be sent in time is sent later. */
export async function feed(
  { standIn }: TripStage,
  body: string,
  perSecond: number,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  let sent = 0;
  const send = async (count: number) => {
    const Entries = Array.from({ length: count }, (_, i) => ({
      Id: String(i),
      MessageBody: body.replace('{id}', `fed-${sent + i}`),
    }));
    sent += count;
    const response = await fetch(standIn.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.SendMessageBatch' },
      body: JSON.stringify({ QueueUrl: standIn.queueUrl(queueName), Entries }),
    });
    if (!response.ok) throw new Error(`The stand-in answered ${response.status} to a batch`);
    await response.arrayBuffer();
  };
  while (!signal.aborted) {
    const due = Math.floor(((performance.now() - startedMs) / 1_000) * perSecond) - sent;
    const sizes = Array.from({ length: Math.ceil(due / perRequest) }, (_, i) =>
      Math.min(perRequest, due - i * perRequest),
    );
    await Promise.all(sizes.map(send));
    await wait(everyMs, signal);
  }
}

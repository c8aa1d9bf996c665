import { executeBatch, type BatchAnswer } from './batch.ts';
import { readInteger, readText, type Input } from './input.ts';
import type { Message } from './message.ts';
import type { Queue } from './queue.ts';
import { Refusal } from './refusal.ts';
import { queueOf, type Request } from './request.ts';

/** SQS' longest visibility, from the receive on. */
const mostVisibilitySeconds = 43_200;

/** Another one with each receive. */
export const handleOf = (queue: Queue, { number, receives }: Message): string => `${queue.name}/${number}/${receives}`;

/** The message of a handle, however old the handle is; undefined where it is gone. */
function findByHandle(queue: Queue, handle: string): Message | undefined {
  const [name, number, receives] = handle.split('/');
  const isOurs = name === queue.name && Number(number) <= queue.lastNumber() && Number(receives) > 0;
  if (!isOurs)
    throw new Refusal('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  return queue.find(Number(number));
}

/** Succeeds where the message is gone. */
function deleteOne(queue: Queue, input: Input): object {
  const message = findByHandle(queue, readText(input, 'ReceiptHandle'));
  if (message !== undefined) queue.delete(message);
  return {};
}

function changeOne(queue: Queue, input: Input, nowMs: number): object {
  const handle = readText(input, 'ReceiptHandle');
  const seconds = readInteger(input, 'VisibilityTimeout', 0, mostVisibilitySeconds);
  if (seconds === undefined)
    throw new Refusal('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
  const message = findByHandle(queue, handle);
  if (message === undefined) {
    const reason = 'Reason: Message does not exist or is not available for visibility timeout change.';
    throw new Refusal('InvalidParameterValue', `Value ${handle} for parameter ReceiptHandle is invalid. ${reason}`);
  }
  if (message.place !== 'inFlight') throw new Refusal('MessageNotInflight', 'The specified message is not in flight.');
  if (nowMs + seconds * 1_000 - message.receivedAtMs > mostVisibilitySeconds * 1_000) {
    const reason = `Reason: Total VisibilityTimeout for the message is beyond the limit [${mostVisibilitySeconds} seconds]`;
    throw new Refusal(
      'InvalidParameterValue',
      `Value ${seconds} for parameter VisibilityTimeout is invalid. ${reason}`,
    );
  }
  queue.hide(message, seconds * 1_000);
  return {};
}

export const deleteMessage = (request: Request): object => deleteOne(queueOf(request), request.input);

export const changeMessageVisibility = (request: Request): object =>
  changeOne(queueOf(request), request.input, request.clock.nowMs());

export function deleteMessageBatch(request: Request): BatchAnswer {
  const queue = queueOf(request);
  return executeBatch(request, (entry) => deleteOne(queue, entry));
}

export function changeMessageVisibilityBatch(request: Request): BatchAnswer {
  const queue = queueOf(request);
  return executeBatch(request, (entry) => changeOne(queue, entry, request.clock.nowMs()));
}

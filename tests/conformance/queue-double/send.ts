import { numberOf } from './attributes.ts';
import { executeBatch, type BatchAnswer } from './batch.ts';
import { readEntries, readInteger, type Input } from './input.ts';
import { md5OfAttributes, md5OfBody, readContent, sizeOf } from './message.ts';
import type { Queue } from './queue.ts';
import { Refusal } from './refusal.ts';
import { queueOf, type Request } from './request.ts';

/** SQS' own limits on a request and on a delay. */
const mostBatchBytes = 1_048_576;
const mostDelaySeconds = 900;

function sendOne(queue: Queue, input: Input, fault: Request['fault']): object {
  const content = readContent(input);
  const mostBytes = numberOf(queue.attributes(), 'MaximumMessageSize');
  if (sizeOf(input) > mostBytes) {
    const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${mostBytes} bytes.`;
    throw new Refusal('InvalidParameterValue', reason);
  }
  const delaySeconds =
    readInteger(input, 'DelaySeconds', 0, mostDelaySeconds) ?? numberOf(queue.attributes(), 'DelaySeconds');
  const delayMs = delaySeconds * 1_000 + (fault?.fault === 'late' ? fault.ms : 0);
  const MessageId = queue.add(content, delayMs);
  if (fault?.fault === 'duplicate') queue.add(content, delayMs);
  const MD5OfMessageAttributes = md5OfAttributes(content.attributes);
  return { MessageId, MD5OfMessageBody: md5OfBody(content.body), MD5OfMessageAttributes };
}

export const sendMessage = (request: Request): object => sendOne(queueOf(request), request.input, request.fault);

export function sendMessageBatch(request: Request): BatchAnswer {
  const queue = queueOf(request);
  const bytes = readEntries(request.input).reduce((sum, { input }) => sum + sizeOf(input), 0);
  if (bytes > mostBatchBytes) {
    const sent = `Batch requests cannot be longer than ${mostBatchBytes} bytes. You have sent ${bytes} bytes.`;
    throw new Refusal('BatchRequestTooLong', sent);
  }
  return executeBatch(request, (entry) => sendOne(queue, entry, request.fault));
}

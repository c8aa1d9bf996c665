import { numberOf } from './attributes.ts';
import { readInteger, readNames } from './input.ts';
import { chooseAttributes, md5OfAttributes, md5OfBody, type Message } from './message.ts';
import type { Queue } from './queue.ts';
import { account } from './queues.ts';
import { handleOf } from './receipt.ts';
import { queueOf, type Request } from './request.ts';

/** SQS' own limits on a receive. */
const mostMessages = 10;
const mostWaitSeconds = 20;
const mostVisibilitySeconds = 43_200;

function systemAttributes(message: Message, wanted: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (wanted.length === 0) return undefined;
  const all = {
    SenderId: account,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    ...(message.movedFrom === undefined ? {} : { DeadLetterQueueSourceArn: message.movedFrom }),
  };
  if (wanted.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
}

function describe(queue: Queue, message: Message, system: readonly string[], names: readonly string[]): object {
  const chosen = chooseAttributes(message.attributes, names);
  const md5 = md5OfAttributes(chosen);
  return {
    MessageId: message.id,
    ReceiptHandle: handleOf(queue, message),
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    Attributes: systemAttributes(message, system),
    ...(md5 === undefined ? {} : { MessageAttributes: chosen, MD5OfMessageAttributes: md5 }),
  };
}

export async function receiveMessage(request: Request): Promise<object> {
  const { input, fault, chance } = request;
  const queue = queueOf(request);
  const visibilitySeconds = readInteger(input, 'VisibilityTimeout', 0, mostVisibilitySeconds);
  const how = {
    most: readInteger(input, 'MaxNumberOfMessages', 1, mostMessages) ?? 1,
    visibilityMs: (visibilitySeconds ?? numberOf(queue.attributes(), 'VisibilityTimeout')) * 1_000,
    befalls: () => request.befalls(queue.name),
  };
  const waitSeconds =
    readInteger(input, 'WaitTimeSeconds', 0, mostWaitSeconds) ??
    numberOf(queue.attributes(), 'ReceiveMessageWaitTimeSeconds');
  if (fault?.fault === 'redeliverDeleted') queue.redeliverFirst(chance.below(queue.known()));
  let messages = queue.take(how);
  if (messages.length === 0 && waitSeconds > 0)
    messages = await queue.await(how, waitSeconds * 1_000, request.whenLeft);
  if (messages.length === 0) return {};
  // The first is the name of old for the second.
  const system = [...readNames(input, 'AttributeNames'), ...readNames(input, 'MessageSystemAttributeNames')];
  const names = readNames(input, 'MessageAttributeNames');
  return { Messages: messages.map((message) => describe(queue, message, system, names)) };
}

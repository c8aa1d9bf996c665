import type { QueueAttributes } from './attributes.ts';
import { readNames, readText } from './input.ts';
import type { Queue } from './queue.ts';
import { account } from './queues.ts';
import { Refusal } from './refusal.ts';
import { queueOf, type Request } from './request.ts';

const attributesIn = ({ input }: Request) => (input['Attributes'] ?? {}) as QueueAttributes;

const urlOf = ({ baseUrl }: Request, { name }: Queue): object => ({ QueueUrl: `${baseUrl}/${account}/${name}` });

export function createQueue(request: Request): object {
  return urlOf(request, request.queues.create(readText(request.input, 'QueueName'), attributesIn(request)));
}

export function getQueueUrl(request: Request): object {
  return urlOf(request, request.queues.at(readText(request.input, 'QueueName')));
}

export function getQueueAttributes(request: Request): object {
  const queue = queueOf(request);
  const { visible, inFlight, delayed } = queue.places();
  const all: QueueAttributes = {
    ...queue.attributes(),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
  const wanted = readNames(request.input, 'AttributeNames');
  const unknown = wanted.find((name) => !(name in all) && name !== 'All' && name !== 'RedrivePolicy');
  if (unknown !== undefined) throw new Refusal('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const told = Object.entries(all).filter(([name]) => wanted.includes('All') || wanted.includes(name));
  // An empty redrive policy is none.
  return { Attributes: Object.fromEntries(told.filter(([, value]) => value !== '')) };
}

export function setQueueAttributes(request: Request): object {
  request.queues.set(queueOf(request), attributesIn(request));
  return {};
}

export function purgeQueue(request: Request): object {
  queueOf(request).purge();
  return {};
}

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { encode, type EventData, type EventOnQueue } from '../../apps/shared/event.ts';
import { fault, type Fault } from './fault.ts';
import { until, type World } from './world.ts';

export interface Given {
  readonly type: string;
  readonly data: unknown;
}

/** A try that failed waits for a second at most, an event whose claim was lost for ten. */
const endsWithinMs = 30_000;

/** An event of ours, as the receiver would have put it on the queue. */
export function eventOf(id: string, { type, data }: Given): EventOnQueue {
  const carried: EventData = { kind: 'json', text: JSON.stringify(data) };
  const now = new Date().toISOString();
  return {
    id,
    source: '/hostile',
    type,
    time: now,
    sender: 'hostile',
    receivedAt: now,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    identity: 'id',
    redrive: 0,
    attributes: new Map([['brand', '"testBrand"']]),
    data: carried,
  };
}

/** Puts an event on the queue of a target, between two good ones, and waits until the target was called for it; `prepare` is told its id before that. */
export function createDeliver({ queues, urls, target }: World, name: 'crm' | 'shaped') {
  return async (given: Given, prepare: (id: string) => void, withinMs = endsWithinMs): Promise<Fault | undefined> => {
    const id = `dealt-${randomUUID()}`;
    prepare(id);
    // A target of which half the calls find nobody is left alone for a while, as it must.
    const ids = [`${id}-before`, id, `${id}-after`];
    const Entries = ids.map((each, i) => ({ Id: String(i), MessageBody: encode(eventOf(each, given)) }));
    await queues.sqs.send(new SendMessageBatchCommand({ QueueUrl: urls[name], Entries }));
    const isCalled = await until(() => target.calls(id) > 0, withinMs);
    return isCalled ? undefined : fault('hang', `an event is not called for within ${withinMs / 1_000} s`);
  };
}

/** A message that is hidden as its claim was lost comes back after ten seconds. */
const settledWithinMs = 60_000;

/** Waits until the queues of both dispatchers are empty; what stays there is neither delivered nor buried. */
export async function judgeSettled({ queue }: World): Promise<readonly Fault[]> {
  let left = '';
  const isEmpty = async () => {
    const { queues } = await queue.counts();
    const counts = (['crm', 'shaped'] as const).map((name) => {
      const { visible = 0, inFlight = 0, delayed = 0 } = queues[name] ?? {};
      return visible + inFlight + delayed;
    });
    left = counts.join(' and ');
    await wait(200);
    return counts.every((count) => count === 0);
  };
  if (await until(isEmpty, settledWithinMs)) return [];
  const [stuck] = [...(await queue.messages('crm')), ...(await queue.messages('shaped'))];
  return [
    fault(
      'hang',
      `${left} messages are left, such as ${stuck?.body.slice(0, 300) ?? ''} … of ${stuck?.body.length ?? 0} characters`,
    ),
  ];
}

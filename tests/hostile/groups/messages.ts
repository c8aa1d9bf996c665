import { SendMessageCommand } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { encode } from '../../../apps/shared/event.ts';
import { queueSafe } from '../../../apps/shared/json.ts';
import { attack } from '../attack.ts';
import { purge } from '../arrived.ts';
import { eventOf, judgeSettled } from '../deliver.ts';
import type { Group } from '../group.ts';
import { hostileJson, hostileText, ownNames } from '../texts.ts';

const names = [
  ...ownNames,
  'sender',
  'receivedat',
  'digest',
  'traceparent',
  'tracestate',
  'identity',
  'redrive',
  'brand',
  'data',
  'data_base64',
  '__proto__',
  'constructor',
] as const;

const odd = [
  '""',
  'null',
  '-1',
  '1e400',
  '9007199254740993',
  '{}',
  '[]',
  '"00-0-0-00\\r\\nX-Injected: yes"',
  '"9999-99-99"',
  '"+275760-09-13T00:00:00.001Z"',
  '"a\\r\\nb"',
  '"\\u001b[2J"',
] as const;

const deep = (levels: number) => `${'{"a":['.repeat(levels)}1${']}'.repeat(levels)}`;

/** An event of ours of which some members are not what the receiver would have written; each has an id of its own. */
const events = (marker: string) =>
  fc
    .record({
      id: fc.uuid(),
      changed: fc.array(
        fc.tuple(
          fc.constantFrom(...names),
          fc.oneof(
            fc.constantFrom(...odd),
            hostileText.map((text) => JSON.stringify(text)),
            hostileJson,
          ),
        ),
        { maxLength: 3 },
      ),
      data: fc.oneof(
        { weight: 10, arbitrary: hostileJson },
        { weight: 1, arbitrary: fc.constantFrom(101, 5_000, 60_000).map(deep) },
        { weight: 1, arbitrary: fc.constant(`"${'x'.repeat(500_000)}"`) },
      ),
    })
    .map(({ id, changed, data }) => {
      const text = encode(eventOf(`queued-${id}`, { type: 'good.event', data: marker }));
      const members = changed.map(([name, value]) => `${JSON.stringify(name)}:${value}`);
      return [text.slice(0, -1), ...members, `"data":${data}}`].join(',');
    });

const bodies = (marker: string) =>
  fc.oneof(
    { weight: 8, arbitrary: events(marker) },
    { weight: 2, arbitrary: hostileJson },
    { weight: 1, arbitrary: hostileText },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '['.repeat(500_000),
        '{"a":'.repeat(100_000),
        deep(80_000),
        `[${'0,'.repeat(300_000)}0]`,
        '{}',
        'null',
        '"',
        ' ',
      ),
    },
  );

const attributes = fc.option(
  fc.tuple(
    fc.constantFrom('first_sent_at', 'class', 'reason', 'x'),
    fc.constantFrom('1', '-1', '9e99', '99999999999999', 'NaN', 'x'.repeat(1_000)),
  ),
  { nil: undefined, freq: 4 },
);

/** A queue that is never longer than this is worked off beside its sender. */
const lanes = 40;

export const hostileMessages: Group = {
  name: 'messages',
  does: 'messages that somebody else wrote to the queues: no JSON, no events, events with members of another kind, bombs',
  inputs: { whole: 6_000, short: 400 },
  async play(world, plan) {
    let refused = 0;
    const inputs = fc.record({
      body: bodies(world.secrets.marker),
      attribute: attributes,
      name: fc.constantFrom('crm' as const, 'shaped' as const),
    });
    const attacked = await attack(
      inputs,
      async ({ body, attribute, name }) => {
        // What SQS itself refuses never comes to a queue.
        const MessageBody = queueSafe(body);
        const MessageAttributes =
          attribute === undefined ? {} : { [attribute[0]]: { DataType: 'String', StringValue: attribute[1] } };
        await world.queues.sqs
          .send(new SendMessageCommand({ QueueUrl: world.urls[name], MessageBody, MessageAttributes }))
          .catch(() => refused++);
        return undefined;
      },
      plan,
      { lanes },
    );
    const left = await judgeSettled(world);
    const { queues } = await world.queue.counts();
    const letters = (queues['crm-dead']?.visible ?? 0) + (queues['shaped-dead']?.visible ?? 0);
    for (const url of [world.urls.crm, world.urls.shaped, world.urls.crmDead, world.urls.shapedDead])
      await purge(world, url);
    return {
      inputs: attacked.inputs - refused,
      faults: [...attacked.faults, ...left],
      figures: { 'refused by SQS': refused, letters },
    };
  },
};

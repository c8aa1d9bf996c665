import fc from 'fast-check';
import { attack, joined, part } from '../attack.ts';
import type { Group } from '../group.ts';
import { batched, known, strikeWith, structured } from '../strike.ts';
import { hostileJson, hostileText, objectOf, ownNames } from '../texts.ts';
import type { World } from '../world.ts';

const names = [...ownNames, 'subject', 'datacontenttype', 'dataschema', 'traceparent', 'tracestate'] as const;
/** Attributes that the gateway sets itself, and names that are none. */
const foreign = [
  'sender',
  'receivedat',
  'digest',
  'identity',
  'redrive',
  'brand',
  'data_base64',
  'Upper',
  'a-b',
  '',
  '__proto__',
  'x'.repeat(300),
  'a/b~c',
] as const;

const right: Readonly<Record<string, string>> = {
  specversion: '"1.0"',
  id: '"c"',
  source: '"/c"',
  type: '"c.c"',
  time: '"2026-11-26T09:00:00Z"',
};
const almost = [
  '"1.1"',
  '"2026-13-01T00:00:00Z"',
  '"2026-11-26T09:00:00+25:00"',
  '"not a uri \\u0000"',
  '""',
  'null',
  '1',
  'true',
  '[]',
  '{}',
  '"00-00000000000000000000000000000000-0000000000000000-00"',
  '"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"',
];

const valueText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...almost) },
  { weight: 2, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: hostileJson },
);

/** An event of which some members are not what they must be. */
const eventText = (marker: string) =>
  fc
    .record({
      changed: fc.array(
        fc.tuple(fc.constantFrom<string>(...names, ...foreign), fc.option(valueText, { nil: undefined })),
        { maxLength: 3 },
      ),
      data: fc.option(hostileJson, { nil: undefined }),
    })
    .map(({ changed, data }) => {
      const members = new Map(Object.entries(right));
      for (const [name, value] of changed) {
        if (value === undefined) members.delete(name);
        else members.set(name, value);
      }
      const texts = [...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
      if (data !== undefined) texts.push(`"data":{"secret":"${marker}","x":${data}}`);
      return `{${texts.join(',')}}`;
    });

const one = (world: World) =>
  eventText(world.secrets.marker).map((body) => ({ headers: known(world, ['content-type', structured]), body }));

const batches = (world: World) =>
  fc
    .tuple(
      fc.array(
        fc.oneof({ weight: 5, arbitrary: eventText(world.secrets.marker) }, { weight: 1, arbitrary: hostileJson }),
        { maxLength: 12 },
      ),
      fc.constantFrom('/events', '/events/batch'),
    )
    .map(([events, path]) => ({
      path,
      headers: known(world, ['content-type', batched]),
      body: `[${events.join(',')}]`,
    }));

const plain = (world: World) =>
  fc
    .tuple(
      fc.array(
        fc.tuple(
          fc.oneof(fc.constantFrom('id', 'type', 'source', 'time'), hostileText),
          fc.oneof(hostileText, fc.integer(), fc.constant(null)),
        ),
        { maxLength: 6 },
      ),
      fc.constantFrom('', 'idempotency-key', 'webhook-id', 'x-github-delivery', 'x-shopify-event-id'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 1_100 }),
    )
    .map(([members, header, id]) => ({
      headers: known(world, ['content-type', 'application/json'], ...(header === '' ? [] : ([[header, id]] as const))),
      body: JSON.stringify(objectOf([...members, ['secret', world.secrets.marker]])),
    }));

/** In headers: percent-encoded, badly so, quoted, or as bytes of Latin-1. */
const headerText = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('%', '%zz', '%ff', '%ed%a0%80', '"quoted"', '"', 'é', 'ÿ'.repeat(200)),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
);
const binary = (world: World) =>
  fc
    .tuple(
      fc.array(
        fc.tuple(
          fc.constantFrom(
            'ce-specversion',
            'ce-id',
            'ce-source',
            'ce-type',
            'ce-time',
            'ce-subject',
            'ce-data',
            'ce-',
            'ce-__proto__',
            'ce-sender',
            'ce-traceparent',
            'ce-dataschema',
            'ce-A-b',
          ),
          headerText,
        ),
        { maxLength: 5 },
      ),
      fc.constantFrom('application/json', 'text/plain', 'application/xml', 'image/png', 'application/foo+json', ''),
      fc.oneof(hostileJson, hostileText),
      fc.boolean(),
    )
    .map(([attributes, type, body, isWhole]) => ({
      headers: known(
        world,
        ...(type === '' ? [] : ([['content-type', type]] as const)),
        ...(isWhole
          ? ([
              ['ce-specversion', '1.0'],
              ['ce-id', 'c'],
              ['ce-source', '/c'],
              ['ce-type', 'c.c'],
            ] as const)
          : []),
        ...attributes,
      ),
      body,
    }));

export const cloudEvents: Group = {
  name: 'cloudevents',
  does: 'events in every form, structured, binary, batched and plain, of which some part is not what it must be',
  inputs: { whole: 30_000, short: 1_300 },
  async play(world, plan) {
    const strike = strikeWith(world);
    return joined([
      await attack(one(world), strike, part(plan, 0.4)),
      await attack(batches(world), strike, part(plan, 0.1)),
      await attack(plain(world), strike, part(plan, 0.25)),
      await attack(binary(world), strike, part(plan, 0.25)),
    ]);
  },
};

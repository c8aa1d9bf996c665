import fc from 'fast-check';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { known, strikeWith, structured } from '../strike.ts';
import { hostileLength, hostileText, objectOf } from '../texts.ts';
import type { World } from '../world.ts';

/** A text of just so many characters, of one kind. */
const sized = fc
  .tuple(fc.constantFrom('a', '0', 'é', '😀', '\u0000', '/', '%20', '*', '.', '"', '\\'), hostileLength)
  .map(([text, length]) => text.repeat(Math.ceil(length / text.length)).slice(0, length));

const identity = fc.oneof({ weight: 3, arbitrary: sized }, { weight: 2, arbitrary: hostileText });

/** Names that an object has by itself, at each place where a name is looked up. */
const inherited = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
);

const requests = (world: World) =>
  fc.oneof(
    fc
      .record({ id: identity, source: identity, type: identity, subject: fc.option(identity, { nil: undefined }) })
      .map((members) => ({
        headers: known(world, ['content-type', structured]),
        body: JSON.stringify({ specversion: '1.0', ...members, data: world.secrets.marker }),
      })),
    fc
      .tuple(
        fc.array(fc.tuple(inherited, fc.oneof(hostileText, fc.constant({ polluted: true }))), {
          minLength: 1,
          maxLength: 5,
        }),
        inherited,
        inherited,
      )
      .map(([members, id, type]) => ({
        headers: known(world, ['content-type', 'application/json']),
        body: JSON.stringify(objectOf([...members, ['id', id], ['type', type], ['secret', world.secrets.marker]])),
      })),
    fc.tuple(sized, fc.constantFrom('idempotency-key', 'webhook-id', 'x-github-delivery')).map(([id, header]) => ({
      headers: known(
        world,
        ['content-type', 'application/json'],
        [header, encodeURIComponent(id.toWellFormed()).slice(0, 12_000)],
      ),
      body: '{"x":1}',
    })),
    inherited.map((name) => ({
      path: `/webhooks/${name}`,
      headers: [['content-type', 'application/json']] as const,
      body: '{}',
    })),
  );

export const identities: Group = {
  name: 'identities',
  does: 'ids, sources and types of every length up to the largest body, and names that every object has',
  inputs: { whole: 6_000, short: 250 },
  play: (world, plan) => attack(requests(world), strikeWith(world), plan),
};

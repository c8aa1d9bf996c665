import fc from 'fast-check';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { batched, known, strikeWith, structured } from '../strike.ts';
import type { World } from '../world.ts';

/** Few are as large as may be, or nothing else would be sent. */
const size = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 2_000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 2_000, max: 50_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 50_000, max: 1_000_000 }) },
);

const shapes: Readonly<Record<string, (size: number) => string>> = {
  arrays: (n) => '['.repeat(n / 2) + ']'.repeat(n / 2),
  'arrays that never end': (n) => '['.repeat(n),
  objects: (n) => `${'{"a":'.repeat(n / 6)}1${'}'.repeat(n / 6)}`,
  'both in turn': (n) => `${'[{"a":'.repeat(n / 8)}1${'}]'.repeat(n / 8)}`,
  'many elements': (n) => `[${'0,'.repeat(n / 2)}0]`,
  'many members': (n) => `{${Array.from({ length: n / 10 }, (_, i) => `"m${i}":1`).join(',')}}`,
  'one member often': (n) => `{${Array.from({ length: n / 6 }, () => '"a":1').join(',')}}`,
  'many prototypes': (n) => `{${Array.from({ length: n / 16 }, () => '"__proto__":{}').join(',')}}`,
  'long number': (n) => '9'.repeat(n),
  'long fraction': (n) => `0.${'0'.repeat(n)}1`,
  'long exponent': (n) => `1e${'9'.repeat(n)}`,
  'backslashes and quotes': (n) => `"${'\\\\'.repeat(n / 3)}\\""`,
  'escaped quotes': (n) => `"${'\\"'.repeat(n / 2)}"`,
  'brackets in a text': (n) => `"${'[{'.repeat(n / 2)}"`,
  'escapes of one character': (n) => `"${'\\u0041'.repeat(n / 6)}"`,
  space: (n) => `${' '.repeat(n)}1${'\t\n'.repeat(n / 4)}`,
  'an unclosed text': (n) => `"${'x'.repeat(n)}`,
};

const bomb = fc
  .tuple(fc.constantFrom(...Object.keys(shapes)), size)
  .map(([shape, bytes]) => shapes[shape]?.(bytes) ?? '');
const event = (data: string, marker: string) =>
  `{"specversion":"1.0","id":"j","source":"/j","type":"j.j","data":${data},"datacontenttype":"application/json","note":"${marker}"}`;

const requests = (world: World) =>
  fc.tuple(bomb, fc.constantFrom('structured', 'plain', 'binary', 'batch', 'whole', 'many')).map(([data, where]) => {
    const { marker } = world.secrets;
    switch (where) {
      case 'plain':
        return {
          headers: known(world, ['content-type', 'application/json']),
          body: `{"id":"j","x":${data},"s":"${marker}"}`,
        };
      case 'binary':
        return {
          headers: known(
            world,
            ['content-type', 'application/json'],
            ['ce-specversion', '1.0'],
            ['ce-id', 'j'],
            ['ce-source', '/j'],
            ['ce-type', 'j.j'],
          ),
          body: data,
        };
      case 'batch':
        return {
          path: '/events/batch',
          headers: known(world, ['content-type', batched]),
          body: `[${event(data, marker)},${event('1', marker)}]`,
        };
      case 'many':
        return {
          path: '/events/batch',
          headers: known(world, ['content-type', 'application/json']),
          body: `[${`${data.slice(0, 2_000)},`.repeat(99)}{}]`,
        };
      case 'whole':
        return { headers: known(world, ['content-type', 'application/json']), body: data };
      case 'structured':
        return { headers: known(world, ['content-type', structured]), body: event(data, marker) };
    }
  });

export const jsonBombs: Group = {
  name: 'json bombs',
  does: 'nesting, width, numbers, escapes and repetition up to the largest body, alone and in batches',
  inputs: { whole: 6_000, short: 250 },
  play: (world, plan) => attack(requests(world), strikeWith(world), plan),
};

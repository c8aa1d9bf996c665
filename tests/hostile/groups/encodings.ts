import fc from 'fast-check';
import { gzipSync, deflateSync, brotliCompressSync } from 'node:zlib';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { known, strikeWith, structured } from '../strike.ts';
import type { World } from '../world.ts';

/** Cut, overlong, surrogates and beyond Unicode; and what means something in another encoding alone. */
const broken = [
  'ff',
  'fe',
  'c080',
  'c1bf',
  'e08080',
  'eda080',
  'edbfbf',
  'f0808080',
  'f4908080',
  'f09f',
  'e282',
  'fffe',
  'feff',
  '00',
  '80',
  'f8888080',
];

/** Zeros that are a thousand times as many when somebody unpacks them. */
const bomb = Buffer.alloc(2_000_000);
const packed = new Map<string, Buffer>([
  ['gzip', gzipSync(bomb)],
  ['deflate', deflateSync(bomb)],
  ['br', brotliCompressSync(bomb)],
]);

const text = '{"specversion":"1.0","id":"e","source":"/e","type":"e.e","data":"äöü€😀"}';

const bodies = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.tuple(fc.nat(text.length), fc.constantFrom(...broken)), { minLength: 1, maxLength: 3 })
      .map((inserts) => {
        let bytes = Buffer.from(text);
        for (const [at, hex] of inserts)
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(hex, 'hex'), bytes.subarray(at)]);
        return bytes;
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('utf16le', 'latin1', 'base64', 'hex')
      .map((encoding) => Buffer.from(Buffer.from(text).toString(encoding as 'hex'))),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('utf16le' as const, 'latin1' as const).map((encoding) => Buffer.from(text, encoding)),
  },
  { weight: 1, arbitrary: fc.constant(Buffer.from(`\ufeff${text}`)) },
  { weight: 1, arbitrary: fc.constantFrom(...packed.values()) },
);

const charsets = [
  '',
  '; charset=utf-8',
  '; charset=utf-16',
  '; charset=utf-7',
  '; charset=ibm500',
  '; charset="',
  '; charset=x-user-defined;charset=utf-8',
];
const codings = [
  'identity',
  'gzip',
  'deflate',
  'br',
  'zstd',
  'compress',
  'gzip, gzip',
  'gzip, identity',
  'GZIP',
  'aws-chunked',
  'x'.repeat(2_000),
];

const requests = (world: World) =>
  fc.record({
    headers: fc
      .tuple(
        fc.constantFrom(structured, 'application/json', 'text/plain'),
        fc.constantFrom(...charsets),
        fc.option(fc.constantFrom(...codings), { nil: undefined, freq: 3 }),
        fc.boolean(),
      )
      .map(([type, charset, coding, isBinary]) =>
        known(
          world,
          ['content-type', type + charset],
          ...(coding === undefined ? [] : ([['content-encoding', coding]] as const)),
          ...(isBinary
            ? ([
                ['ce-specversion', '1.0'],
                ['ce-id', 'e'],
                ['ce-source', '/e'],
                ['ce-type', 'e.e'],
              ] as const)
            : []),
        ),
      ),
    body: bodies,
  });

export const encodings: Group = {
  name: 'encodings',
  does: 'broken UTF-8, other encodings, charsets, and bodies that are packed a thousandfold',
  inputs: { whole: 10_000, short: 350 },
  play: (world, plan) => attack(requests(world), strikeWith(world), plan),
};

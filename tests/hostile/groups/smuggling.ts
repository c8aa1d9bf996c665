import fc from 'fast-check';
import { attack } from '../attack.ts';
import { letIn, purge } from '../arrived.ts';
import type { Group } from '../group.ts';
import { exchange, judgeExchange } from '../raw.ts';
import type { World } from '../world.ts';

/**
 * Pairs of header lines of which two readers could believe different ones. A proxy in front that believes the other one takes
 * what follows for the body of the first request, and a receiver that did not refuse it would take that for the second.
 */
const conflicts = [
  ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Content-Length: 5', 'Content-Length: 6'],
  ['Content-Length: 5, 6'],
  ['Content-Length: 5 6'],
  ['Content-Length: +5'],
  ['Content-Length: -5'],
  ['Content-Length: 0x5'],
  ['Content-Length: 5.0'],
  ['Content-Length: 5e0'],
  ['Content-Length:'],
  ['Content-Length: 99999999999999999999999'],
  ['Content-Length : 5'],
  ['Content-Length\t: 5'],
  ['Transfer-Encoding : chunked'],
  ['Transfer-Encoding: xchunked'],
  ['Transfer-Encoding: chunked, identity'],
  ['Transfer-Encoding: identity, chunked', 'Content-Length: 5'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Transfer-Encoding:\u000bchunked'],
  ['Transfer-Encoding: chunked\u0000'],
  ['Transfer-Encoding: "chunked"'],
  ['Transfer-Encoding: chunked;q=1', 'Content-Length: 5'],
  [' Transfer-Encoding: chunked'],
  ['X: y\n Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['X: y\rTransfer-Encoding: chunked'],
  ['\u0000Transfer-Encoding: chunked'],
] as const;

/** Chunks that are none: what follows them must not be read as a request. */
const chunks = [
  'FFFFFFFFFFFFFFFFF\r\n',
  '-1\r\n',
  '+5\r\nhello\r\n',
  '0x5\r\nhello\r\n',
  '5 \r\nhello\r\n',
  '5\nhello\r\n',
  '5\r\nhelloX',
  '5\r\nhello\n',
  '5;a=\u0000\r\nhello\r\n',
  `5;${'x'.repeat(20_000)}\r\nhello\r\n`,
  '5;\n0\r\n\r\nhello\r\n',
  '5;a="\r\n0\r\n\r\n"\r\nhello\r\n',
  'g\r\n',
  '\r\n',
  `${'0'.repeat(200)}5\r\nhello`,
  '2\r\n\r\n\r\n\r\n',
] as const;

const trailers = [
  '',
  'X-Api-Key: x\r\n',
  'Content-Length: 5\r\n',
  'X: y\r\n'.repeat(3_000),
  'bad trailer\r\n',
] as const;

type Framing =
  | { readonly kind: 'conflict'; readonly lines: readonly string[]; readonly lead: string }
  | { readonly kind: 'chunk'; readonly chunk: string; readonly trailer: string };

const framing: fc.Arbitrary<Framing> = fc.oneof(
  fc.record({
    kind: fc.constant('conflict' as const),
    lines: fc.constantFrom(...conflicts),
    lead: fc.constantFrom('0\r\n\r\n', '{"id"', '', '5\r\nhello\r\n0\r\n\r\n'),
  }),
  fc.record({
    kind: fc.constant('chunk' as const),
    chunk: fc.constantFrom(...chunks),
    trailer: fc.constantFrom(...trailers),
  }),
);

/** The request within: it has a key, as one that a proxy added would. */
const within = ({ key }: World, id: string) => {
  const body = `{"id":"${id}"}`;
  return [
    'POST /events HTTP/1.1',
    'Host: x',
    `X-API-Key: ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
};

function bytesOf(world: World, from: Framing, id: string): string {
  const head = ['POST /events HTTP/1.1', 'Host: x', `X-API-Key: ${world.key}`, 'Content-Type: application/json'];
  if (from.kind === 'conflict')
    return `${[...head, ...from.lines].join('\r\n')}\r\n\r\n${from.lead}${within(world, id)}`;
  const lines = [...head, 'Transfer-Encoding: chunked', '', ''].join('\r\n');
  return `${lines}${from.chunk}${from.trailer}${within(world, id)}`;
}

export const smuggling: Group = {
  name: 'smuggling',
  does: 'conflicting lengths and codings, chunks and chunk extensions that are none, each with a second request within',
  inputs: { whole: 3_000, short: 250 },
  async play(world, plan) {
    await purge(world, world.urls.sink);
    let sent = 0;
    const inputs = fc.record({ from: framing, cuts: fc.array(fc.nat(400), { maxLength: 3 }) });
    const attacked = await attack(
      inputs,
      async ({ from, cuts }) => {
        const bytes = bytesOf(world, from, `smuggled-${++sent}`);
        const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
        const pieces = places.slice(1).map((place, i) => bytes.slice(places[i], place));
        return judgeExchange(
          await exchange(
            world.receiver.port,
            pieces.map((piece) => Buffer.from(piece, 'latin1')),
          ),
          world.secrets.texts,
        );
      },
      plan,
    );
    return { ...attacked, faults: [...attacked.faults, ...(await letIn(world, 'smuggled-'))] };
  },
};

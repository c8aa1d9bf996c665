import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { attack, joined, part } from '../attack.ts';
import { fault } from '../fault.ts';
import type { Group } from '../group.ts';
import type { Play } from '../hostile-target.ts';
import { hostileJson, hostileText } from '../texts.ts';
import { purge } from '../arrived.ts';
import { createDeliver, judgeSettled } from '../deliver.ts';
import type { World } from '../world.ts';

/** How an answer is written: at once and whole, or on and on. */
type Answering =
  | { readonly kind: 'bytes'; readonly bytes: string }
  /** `skipped`: the parser lets it pass and holds nothing of it, so that only the time of the call bounds it. */
  | { readonly kind: 'flood'; readonly head: string; readonly piece: string; readonly skipped?: true }
  | { readonly kind: 'drip'; readonly head: string; readonly piece: string };

const framed = (status: string, headers: readonly string[], body: string) =>
  [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`, '', body].join('\r\n');

/** A throttle would stop the fleet, as it must; so no answer here is one. */
const statuses = [
  '200 OK',
  '201 Created',
  '204 No Content',
  '206 Partial Content',
  '294 Partial',
  '301 Moved',
  '304 Not Modified',
  '400 Bad',
  '404 No',
  '409 Conflict',
  '422 No',
  '500 Broken',
  '505 No',
  '599 x',
  '999 x',
  '100 Continue',
  '101 Switching Protocols',
  '103 Early Hints',
] as const;

const bodies = (marker: string) =>
  fc.oneof(
    hostileJson,
    hostileText,
    hostileJson.map((json) => `{"data":{"deliver":${json}}}`),
    hostileJson.map((json) => `{"data":{"deliver":null},"errors":${json},"extensions":${json}}`),
    hostileJson.map(
      (json) => `{"errors":[{"message":${json},"path":${json},"extensions":{"code":${json},"status":${json}}}]}`,
    ),
    fc
      .constantFrom('arrays', 'objects', 'errors')
      .map((shape) =>
        shape === 'arrays'
          ? '['.repeat(500_000)
          : shape === 'objects'
            ? '{"data":'.repeat(60_000)
            : `{"errors":[${'{"message":"x"},'.repeat(20_000)}{}]}`,
      ),
    fc.constant(gzipSync(Buffer.alloc(50_000_000)).toString('latin1')),
    // What a target calls a code is told, so that somebody may say what it means; what it says in words is not.
    fc.constant(`{"errors":[{"message":"no ${marker}","extensions":{"why":"${marker}","code":"no ${marker}"}}]}`),
  );

const headers = fc.array(
  fc.constantFrom(
    'Content-Type: text/html',
    'Content-Type: application/json; charset=utf-16',
    'Content-Encoding: gzip',
    'Content-Encoding: br',
    'Set-Cookie: a=b; Domain=.',
    'Connection: close',
    'Retry-After: 99999999999',
    'Retry-After: Thu, 01 Jan 1970 00:00:00 GMT',
    `X-${'rate-limit-'.repeat(600)}reset: 9`,
    `X-Long: ${'x'.repeat(12_000)}`,
    'X-Latin: é\u0080ÿ',
    'X-Amzn-ErrorType: a:b:c',
    'Trailer: X',
    'X: y\r\n folded',
    'Transfer-Encoding: chunked',
    'Content-Length: 3',
    'No colon',
    'X: a\u0000b',
  ),
  { maxLength: 3 },
);

/** Where a redirect leads: to what a cloud tells of its machines, or back to where somebody would notice. */
const places = (url: string) => {
  const { port } = new URL(url);
  return [
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    `http://127.0.0.1:${port}/stray`,
    `//localhost:${port}/stray`,
    '/stray',
    `http://2130706433:${port}/stray`,
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    '\\\\x',
  ] as const;
};

const whole = ({ secrets, target }: World): fc.Arbitrary<Answering> =>
  fc
    .oneof(
      {
        weight: 10,
        arbitrary: fc
          .tuple(fc.constantFrom(...statuses), headers, bodies(secrets.marker))
          .map(([status, some, body]) => framed(status, some, body)),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(
            fc.constantFrom('301 Moved', '302 Found', '303 See Other', '307 Again', '308 For Good'),
            fc.constantFrom(...places(target.url)),
          )
          .map(([status, place]) => framed(status, [`Location: ${place}`], '')),
      },
      { weight: 3, arbitrary: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
      // Cut short, and two answers to one call.
      {
        weight: 2,
        arbitrary: fc
          .tuple(bodies(secrets.marker), fc.nat(200))
          .map(([body, end]) => framed('200 OK', ['Connection: close'], body).slice(0, end)),
      },
      {
        weight: 2,
        arbitrary: bodies(secrets.marker).map(
          (body) => framed('200 OK', [], body) + framed('200 OK', [], '{"data":{"deliver":{"id":"second"}}}'),
        ),
      },
    )
    .map((bytes): Answering => ({ kind: 'bytes', bytes }));

const chunk = (piece: string) => `${piece.length.toString(16)}\r\n${piece}\r\n`;
const chunkedHead = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';

const endless: readonly Answering[] = [
  { kind: 'flood', head: `HTTP/1.1 200 OK\r\nContent-Length: ${2 ** 30}\r\n\r\n`, piece: 'x'.repeat(65_536) },
  { kind: 'flood', head: chunkedHead, piece: chunk('x'.repeat(65_536)) },
  { kind: 'flood', head: chunkedHead, piece: chunk(randomBytes(32_768).toString('latin1')) },
  { kind: 'flood', head: 'HTTP/1.1 200 OK\r\n', piece: 'X-Flood: xxxxxxxxxxxxxxxx\r\n'.repeat(1_000) },
  { kind: 'flood', head: '', piece: 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(500) },
  { kind: 'flood', head: `${chunkedHead}0\r\n`, piece: 'X-Trailer: y\r\n'.repeat(1_000) },
  { kind: 'flood', head: `${chunkedHead}5;`, piece: 'x'.repeat(65_536), skipped: true },
  { kind: 'drip', head: chunkedHead, piece: chunk('x') },
  { kind: 'drip', head: 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', piece: 'x' },
  { kind: 'drip', head: 'HTTP/1.1 200 OK\r\n', piece: 'X' },
  { kind: 'drip', head: '', piece: 'HTTP/1.1 103 Early Hints\r\n\r\n' },
  { kind: 'drip', head: '', piece: '' },
];

/** Faster than any silence that a client may take for an end. */
const dripEveryMs = 40;

interface Playing {
  readonly play: Play;
  readonly written: () => number;
  /** Nobody reads any more. */
  readonly ended: Promise<undefined>;
}

function playOf(answering: Answering): Playing {
  let written = 0;
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  const play: Play = (socket) => {
    socket.on('close', () => end(undefined));
    if (answering.kind === 'bytes') {
      socket.write(answering.bytes, 'latin1');
      // Nobody may wait for the rest of what is cut.
      socket.end();
      return;
    }
    const { head, piece } = answering;
    if (head !== '') socket.write(head);
    if (answering.kind === 'drip') {
      const timer = setInterval(() => piece !== '' && socket.write(piece), dripEveryMs);
      socket.on('close', () => clearInterval(timer));
      return;
    }
    const flood = () => {
      while (socket.writable) {
        written += piece.length;
        if (!socket.write(piece, 'latin1')) break;
      }
    };
    socket.on('drain', flood);
    flood();
  };
  return { play, written: () => written, ended };
}

/** Calls that nobody answers open the fleet's circuit when there are five in a row. */
const endlessLanes = 4;

/** A call lasts for a second here. */
const readWithinMs = 5_000;

/** What may be on its way when a reader who takes a megabyte has had enough. */
const mostWritten = 48_000_000;

export const hostileAnswers: Group = {
  name: 'answers',
  does: 'answers of a target: no HTTP, broken GraphQL, a gigabyte, floods of headers and hints, redirects to the metadata address, chunks that never end, bombs',
  inputs: { whole: 4_000, short: 200 },
  async play(world, plan) {
    const deliver = createDeliver(world, 'crm');
    const strays = world.target.strays();
    const strike = async (answering: Answering) => {
      const { play, written, ended } = playOf(answering);
      const found = await deliver({ type: 'good.event', data: { secret: world.secrets.marker } }, (id) =>
        world.target.script(id, play),
      );
      if (found !== undefined) return found;
      if (answering.kind !== 'bytes') await Promise.race([ended, wait(readWithinMs)]);
      const isHeld = !('skipped' in answering);
      return isHeld && written() > mostWritten
        ? fault('hang', `${written()} bytes of an answer were taken`)
        : undefined;
    };
    const parts = [await attack(whole(world), strike, part(plan, 0.96), { lanes: 40 })];
    const ofEach = part(plan, 0.04 / endless.length);
    for (let first = 0; first < endless.length; first += endlessLanes) {
      const some = endless.slice(first, first + endlessLanes);
      const one = { lanes: 1, smallest: false };
      parts.push(...(await Promise.all(some.map((form) => attack(fc.constant(form), strike, ofEach, one)))));
    }
    const attacked = joined(parts);
    const left = await judgeSettled(world);
    const followed = world.target.strays() - strays;
    for (const url of [world.urls.crm, world.urls.crmDead]) await purge(world, url);
    const strayed = followed === 0 ? [] : [fault('let in', `${followed} redirects were followed`)];
    return { ...attacked, faults: [...attacked.faults, ...left, ...strayed] };
  },
};

import fc from 'fast-check';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { known, strikeWith } from '../strike.ts';
import type { World } from '../world.ts';

const names = [
  'x-api-key',
  'authorization',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'baggage',
  'origin',
  'access-control-request-headers',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-http-method-override',
  'x-original-url',
  'cookie',
  'accept-encoding',
  'range',
  'if-none-match',
  'content-type',
  'content-encoding',
  'sec-websocket-key',
  'x-'.repeat(60) + 'x',
  'host',
] as const;

/** What a header may hold at all: a client writes Latin-1 and no controls. */
const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code < 0x7f || code > 0x9f)
        .map((code) => String.fromCharCode(code)),
      maxLength: 80,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'https://app.example.com',
      'https://app.example.com.evil.example',
      'null',
      '*',
      'Bearer ',
      'Bearer a b',
      'Basic Og==',
      'Bearer egw_000000000000_' + 'A'.repeat(43) + '00000000',
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'a=1,'.repeat(200),
      'application/json;'.repeat(100),
      'bytes=0-,'.repeat(100),
      '__proto__',
      '169.254.169.254',
      'ce-' + 'a,ce-'.repeat(500),
      "' OR 1=1 --",
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', ' ', ',', '"', '=', ';', 'ÿ'), fc.integer({ min: 1, max: 15_000 }))
      .map(([text, times]) => text.repeat(times)),
  },
);

const requests = (world: World) =>
  fc.record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'OPTIONS', 'GET', 'QUERY', 'TRACE', 'PROPFIND'),
    path: fc.constantFrom(
      '/events',
      '/events?x-api-key=1',
      '/events/batch',
      '/%2e%2e/events',
      '/events/%00',
      '//events',
      '/EVENTS',
      '/events/',
      '/openapi.json',
      '/webhooks/%ff',
      '/webhooks/' + 'x'.repeat(2_000),
    ),
    headers: fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8 }),
        fc.integer({ min: 0, max: 1_500 }),
        fc.integer({ min: 0, max: 20 }),
      )
      .map(([some, padding, often]) => [
        ...known(world, ['content-type', 'application/json']),
        ...some,
        // Many headers, and one of many bytes; seldom both.
        ...(often === 0 ? Array.from({ length: padding }, (_, i) => [`x-pad-${i}`, 'p'] as const) : []),
      ]),
    body: fc.constantFrom('{"id":"h"}', ''),
  });

export const hostileHeaders: Group = {
  name: 'headers',
  does: 'headers of every kind that count or that others believe, long, many, repeated; paths that are written otherwise',
  inputs: { whole: 8_000, short: 300 },
  play: (world, plan) => attack(requests(world), strikeWith(world), plan),
};

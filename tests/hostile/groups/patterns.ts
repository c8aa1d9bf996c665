import fc from 'fast-check';
import { attack } from '../attack.ts';
import { fault } from '../fault.ts';
import type { Group } from '../group.ts';
import { known, strikeWith, structured } from '../strike.ts';
import type { World } from '../world.ts';

/** Texts that nearly fit: what a pattern that tries all ways would try for ever. */
const nearly = fc
  .tuple(
    fc.constantFrom('', '2026-11-26T09:00:00.', 'Bearer ', 'sha256=', 't=1,v1=', 'egw_', 'urn:', 'http://', 'v1,', 'a'),
    fc.constantFrom(
      'a',
      'aA',
      '0',
      ' ',
      '\t',
      '%41',
      'a.',
      '.a',
      '=',
      ',',
      'a=',
      'v1,A ',
      '/',
      '-',
      '==',
      'AAAA',
      '*',
      '%',
      'a@',
      ' =',
      '"',
      '\\',
      '0.0',
    ),
    fc.oneof(fc.integer({ min: 1, max: 6_000 }), fc.integer({ min: 6_000, max: 12_000 })),
    fc.constantFrom('', '!', '\u007f', '=', '%', ' x', 'Z', '"', 'é'),
  )
  .map(([start, pump, times, end]) => start + pump.repeat(Math.ceil(times / pump.length)) + end);

/** In a header there is no control, and all headers are 16 KiB at most. */
const inHeader = nearly.map((text) => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '!').slice(0, 12_000));

const headerNames = [
  'authorization',
  'content-type',
  'content-encoding',
  'x-hub-signature-256',
  'stripe-signature',
  'webhook-signature',
  'x-shopify-hmac-sha256',
  'traceparent',
  'tracestate',
  'idempotency-key',
  'ce-source',
  'ce-time',
  'ce-id',
  'access-control-request-headers',
  'origin',
] as const;

const requests = (world: World) =>
  fc.oneof(
    fc
      .tuple(
        fc.constantFrom('time', 'source', 'type', 'id', 'data_base64', 'dataschema', 'traceparent', 'tracestate'),
        nearly,
      )
      .map(([name, text]) => ({
        headers: known(world, ['content-type', structured]),
        body: JSON.stringify({ specversion: '1.0', id: 'p', source: '/p', type: 'p.p', [name]: text }),
      })),
    nearly.map((name) => ({
      headers: known(world, ['content-type', structured]),
      body: JSON.stringify({ specversion: '1.0', id: 'p', source: '/p', type: 'p.p', [name]: 1 }),
    })),
    fc
      .tuple(
        fc.constantFrom(...headerNames),
        inHeader,
        fc.constantFrom('/events', '/webhooks/github', '/webhooks/standard', '/webhooks/stripe', '/webhooks/shopify'),
      )
      .map(([name, text, path]) => ({
        path,
        headers: [
          ...(name === 'authorization' ? [] : known(world)),
          ...(name === 'content-type' ? [] : [['content-type', 'application/json'] as const]),
          [name, text] as const,
        ],
        body: '{"id":"p"}',
      })),
    inHeader.map((text) => ({
      path: `/${encodeURI(text.slice(0, 6_000))}`,
      headers: known(world, ['content-type', 'application/json']),
      body: '{}',
    })),
  );

/** A pattern that tries all ways stops everybody for as long: a second is far beyond what a busy machine adds. */
const longestMs = 1_500;

export const patterns: Group = {
  name: 'patterns',
  does: 'texts that nearly fit whatever is looked for, up to 12 KB: none takes longer than others',
  inputs: { whole: 5_000, short: 250 },
  play(world, plan) {
    const strike = strikeWith(world);
    // One at a time, that each is measured by itself.
    return attack(
      requests(world),
      async (request) => {
        const startedMs = performance.now();
        const found = await strike(request);
        const ms = performance.now() - startedMs;
        return found ?? (ms > longestMs ? fault('hang', `answered after ${Math.round(ms)} ms`) : undefined);
      },
      plan,
      { lanes: 4 },
    );
  },
};

import fc from 'fast-check';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { batched, known, strikeWith, structured } from '../strike.ts';
import { hostileText } from '../texts.ts';
import type { World } from '../world.ts';

const types = [
  structured,
  batched,
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/cloudevents+xml',
  '',
] as const;

const paths = ['/events', '/events/batch', '/webhooks/github', '/webhooks/__proto__', '/openapi.json', '/'] as const;

const bytes = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 2, arbitrary: hostileText.map((text) => new Uint8Array(Buffer.from(text))) },
  // An event with some of its bytes turned.
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(120))
      .map(([turned, end]) => {
        const event = Buffer.from(
          '{"specversion":"1.0","id":"b","source":"/b","type":"b.b","data":{"n":1.10,"t":"\\u00e9"}}',
        );
        for (const [at, byte] of turned) if (at < event.length) event[at] = byte;
        return new Uint8Array(event.subarray(0, end));
      }),
  },
);

const requests = (world: World) =>
  fc.record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET'),
    path: fc.constantFrom(...paths),
    headers: fc.tuple(fc.constantFrom(...types), fc.boolean()).map(([type, isKnown]) => {
      const typed = type === '' ? [] : ([['content-type', type]] as const);
      return isKnown ? known(world, ...typed) : typed;
    }),
    body: bytes,
  });

export const anyBytes: Group = {
  name: 'bytes',
  does: 'any bytes, and events with some of their bytes turned, on every path and by every method',
  inputs: { whole: 16_000, short: 600 },
  play: (world, plan) => attack(requests(world), strikeWith(world), plan),
};

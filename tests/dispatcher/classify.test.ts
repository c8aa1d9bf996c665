import { describe, expect, it } from '@jest/globals';
import { classify, type Outcome } from '../../apps/dispatcher/classify.ts';
import type { Answer, GraphQLBody } from '../../apps/dispatcher/dispatch.ts';
import { waitFrom } from '../../apps/dispatcher/retry-after.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const options = { field: 'deliver', careful: false, now: () => nowMs };
type Seen = Exclude<Answer, { kind: 'late' }>;
const graphql = (body: GraphQLBody, status = 200, headers: Record<string, string> = {}): Seen => ({
  kind: 'graphql',
  status,
  headers: new Headers(headers),
  body,
  text: JSON.stringify(body),
});
const page = (status: number, headers: Record<string, string> = {}): Seen => ({
  kind: 'unreadable',
  status,
  headers: new Headers(headers),
  text: '<html>',
});
const code = (value: string, status = 200) =>
  graphql({ data: null, errors: [{ extensions: { code: value } }] }, status);
const done = { deliver: { id: '1' } };

describe('classify', () => {
  it.each<[string, Seen, Outcome['kind']]>([
    ['data with our field', graphql({ data: done }), 'delivered'],
    ['294 with an error elsewhere', graphql({ data: done, errors: [{ path: ['other'] }] }, 294), 'delivered'],
    ['an error below our field', graphql({ data: done, errors: [{ path: ['deliver', 'note'] }] }), 'delivered'],
    ['an error at our field', graphql({ data: done, errors: [{ path: ['deliver'] }] }), 'failed'],
    ['an error without a path', graphql({ data: done, errors: [{}] }), 'failed'],
    ['null data', graphql({ data: { deliver: null } }), 'failed'],
    ['429', page(429), 'throttled'],
    ['THROTTLED with 200 (Shopify)', code('THROTTLED'), 'throttled'],
    ['RATELIMITED with 400 (Linear)', code('RATELIMITED', 400), 'throttled'],
    ['403 with an exhausted limit (GitHub)', page(403, { 'x-ratelimit-remaining': '0' }), 'throttled'],
    [
      '200 with an exhausted limit (GitHub)',
      graphql({ errors: [{}] }, 200, { 'x-ratelimit-remaining': '0' }),
      'throttled',
    ],
    [
      'success that used the last of a limit',
      graphql({ data: done }, 200, { 'x-ratelimit-remaining': '0' }),
      'delivered',
    ],
    ['a refused connection', { kind: 'unreachable', why: 'ECONNREFUSED' }, 'unavailable'],
    ['502 from a proxy', page(502), 'unavailable'],
    ['503', page(503), 'unavailable'],
    ['504', page(504), 'unavailable'],
    ['500', page(500), 'failed'],
    ['INTERNAL_SERVER_ERROR', code('INTERNAL_SERVER_ERROR'), 'failed'],
    ['a page in HTML with 200', page(200), 'failed'],
    ['a redirect', page(302), 'failed'],
    ['a code that nobody knows', code('MERCURY_RETROGRADE'), 'failed'],
    ['no answer', { kind: 'none', why: 'ECONNRESET' }, 'in_doubt'],
    ['401', page(401), 'unauthorised'],
    ['UNAUTHENTICATED with 200', code('UNAUTHENTICATED'), 'unauthorised'],
    ['400', page(400), 'refused'],
    ['422', page(422), 'refused'],
    ['403 without more', page(403), 'refused'],
    ['BAD_USER_INPUT', code('BAD_USER_INPUT'), 'refused'],
    ['userErrors', graphql({ data: { deliver: { userErrors: [{ message: 'no' }] } } }), 'refused'],
    ['empty userErrors', graphql({ data: { deliver: { userErrors: [] } } }), 'delivered'],
  ])('%s', (_name, answer, kind) => {
    expect(classify(answer, options).kind).toBe(kind);
  });

  it.each([page(500), page(502), page(504), page(200), code('INTERNAL_SERVER_ERROR')])(
    'a mutation that may have run is in doubt where that matters (%#)',
    (answer) => {
      expect(classify(answer, { ...options, careful: true }).kind).toBe('in_doubt');
    },
  );

  it('quotes nothing of an answer but its code', () => {
    const secret = graphql({ data: null, errors: [{ extensions: { code: 'x y hunter2' } }] });
    expect(JSON.stringify(classify(secret, options))).not.toContain('hunter2');
  });
});

describe('the wait of a throttled answer', () => {
  const cost = { cost: { requestedQueryCost: 100, throttleStatus: { currentlyAvailable: 50, restoreRate: 25 } } };
  it.each<[string, Record<string, string>, unknown, number]>([
    ['seconds', { 'retry-after': '7' }, undefined, 7_000],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, undefined, 60_000],
    ['a date that has passed', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, undefined, 0],
    ['a reset in epoch seconds', { 'x-ratelimit-reset': String(nowMs / 1_000 + 30) }, undefined, 30_000],
    ['a reset in epoch milliseconds', { 'x-ratelimit-requests-reset': String(nowMs + 9_000) }, undefined, 9_000],
    ['a cost bucket', {}, cost, 2_000],
    ['nothing', {}, undefined, 5_000],
    ['nonsense', { 'retry-after': 'soon' }, { cost: 'x' }, 5_000],
  ])('from %s', (_name, headers, extensions, expected) => {
    expect(waitFrom(new Headers(headers), extensions, nowMs)).toBe(expected);
  });
});

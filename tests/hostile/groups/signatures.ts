import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { attack } from '../attack.ts';
import type { Group } from '../group.ts';
import { strikeWith } from '../strike.ts';
import { hostileText } from '../texts.ts';
import type { World } from '../world.ts';

type Scheme = 'github' | 'standard' | 'stripe' | 'shopify';
type Headers = readonly (readonly [string, string])[];

const mac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();

/** What whoever attacks has instead of the secret. */
const guesses = ['', 'secret', 'whsec_', 'undefined', '[object Object]', '0'.repeat(32)] as const;

/** Signatures as one could hope that they are taken: by a guess, of something else, of no bytes, in another form. */
function forge(scheme: Scheme, body: string, guess: string, form: number, seconds: number): Headers {
  const hex = mac(guess, body).toString('hex');
  const hopes = [
    hex,
    hex.slice(0, 63),
    '',
    '0'.repeat(64),
    hex.toUpperCase(),
    createHash('sha256').update(body).digest('hex'),
    `${hex} `,
  ];
  const hope = hopes[form % hopes.length] ?? '';
  switch (scheme) {
    case 'github':
      return [
        ['x-hub-signature-256', `${form % 3 === 0 ? 'sha1' : 'sha256'}=${hope}`],
        ['x-hub-signature', `sha1=${hope.slice(0, 40)}`],
        ['x-github-delivery', 'let-in'],
        ['x-github-event', 'push'],
      ];
    case 'stripe':
      return [
        [
          'stripe-signature',
          `t=${seconds},v1=${hope},v1=${hex},v0=${hex}${form % 2 === 0 ? `,t=${seconds - 9_000}` : ''}`,
        ],
      ];
    case 'shopify':
      return [
        ['x-shopify-hmac-sha256', Buffer.from(hope, 'hex').toString('base64')],
        ['x-shopify-event-id', 'let-in'],
        ['x-shopify-topic', 'orders/create'],
      ];
    case 'standard': {
      const signed = mac(Buffer.from(guess, 'base64'), `let-in.${seconds}.${body}`).toString('base64');
      return [
        ['webhook-id', form % 5 === 0 ? `let-in.${seconds}` : 'let-in'],
        ['webhook-timestamp', String(seconds)],
        ['webhook-signature', `v1,${signed} v1a,${signed} v1, ${'v1,AAAA '.repeat(form * 20)}`],
      ];
    }
    default:
      return scheme satisfies never;
  }
}

/** Right once: for another body, or long ago, or at another webhook. */
function replayed({ secrets }: World, scheme: Scheme, body: string, seconds: number): Headers {
  const { webhooks } = secrets;
  const longAgo = Math.floor(Date.now() / 1_000) - 400;
  switch (scheme) {
    case 'github':
      return [
        ['x-hub-signature-256', `sha256=${mac(webhooks.github, `${body} `).toString('hex')}`],
        ['x-github-delivery', 'let-in'],
        ['x-github-event', 'push'],
      ];
    case 'stripe':
      return [
        [
          'stripe-signature',
          `t=${longAgo},v1=${mac(webhooks.stripe, `${longAgo}.${body}`).toString('hex')},t=${seconds}`,
        ],
      ];
    case 'shopify':
      return [
        ['x-shopify-hmac-sha256', mac(webhooks.github, body).toString('base64')],
        ['x-shopify-event-id', 'let-in'],
        ['x-shopify-topic', 'orders/create'],
      ];
    case 'standard': {
      const key = Buffer.from(webhooks.standard.slice(6), 'base64');
      return [
        ['webhook-id', 'let-in'],
        ['webhook-timestamp', String(seconds)],
        ['webhook-signature', `v1,${mac(key, `other.${seconds}.${body}`).toString('base64')}`],
      ];
    }
    default:
      return scheme satisfies never;
  }
}

export const signatures: Group = {
  name: 'signatures',
  does: 'webhooks of all four schemes, forged by guesses, cut, in other forms, and right ones of another body, time or webhook',
  inputs: { whole: 8_000, short: 350 },
  play(world, plan) {
    const now = Math.floor(Date.now() / 1_000);
    const inputs = fc
      .record({
        scheme: fc.constantFrom<Scheme>('github', 'standard', 'stripe', 'shopify'),
        body: fc.oneof(
          fc.constant('{"id":"let-in","type":"x"}'),
          hostileText.map((text) => JSON.stringify({ id: 'let-in', type: 'x', text })),
        ),
        guess: fc.oneof(fc.constantFrom(...guesses), fc.string()),
        form: fc.nat(40),
        seconds: fc.constantFrom(now, now, now - 299, now + 301, 0, 999_999_999_999),
        isReplayed: fc.boolean(),
        extra: fc.array(
          fc.tuple(
            fc.constantFrom(
              'x-api-key',
              'authorization',
              'x-hub-signature-256',
              'stripe-signature',
              'webhook-signature',
            ),
            fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
          ),
          { maxLength: 2 },
        ),
      })
      .map(({ scheme, body, guess, form, seconds, isReplayed, extra }) => ({
        path: `/webhooks/${scheme}`,
        headers: [
          ['content-type', 'application/json'] as const,
          ...(isReplayed ? replayed(world, scheme, body, seconds) : forge(scheme, body, guess, form, seconds)),
          ...extra,
        ],
        body,
      }));
    return attack(inputs, strikeWith(world, { neverTaken: true }), plan);
  },
};

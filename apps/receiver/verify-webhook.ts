import { createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto';
import type { Scope } from '../shared/scope.ts';
import type { Accepted } from './accept.ts';
import type { AuthenticateObserve, Sender } from './authenticate.ts';
import { refused, type Refused } from './refuse.ts';
import { schemes, type Claim, type Delivery, type ReadMember, type SchemeName } from './webhook-schemes.ts';

/** Both ways, as Standard Webhooks and Stripe's own libraries have it: clocks differ, and retries are signed anew. */
const toleranceSeconds = 300;

/** Fewer could be guessed from one delivery that somebody saw. */
const leastSecretChars = 16;

/** What one secret can check. */
export type WebhookKey =
  { readonly kind: 'hmac'; readonly secret: Buffer } | { readonly kind: 'ed25519'; readonly publicKey: KeyObject };

/** Reads a secret in the form of its scheme; throws a sentence that says what is wrong, and never shows it. */
export function readWebhookKey(scheme: SchemeName, secret: string): WebhookKey {
  if (scheme !== 'standard') {
    if (secret.length < leastSecretChars)
      throw new Error(`is shorter than ${leastSecretChars} characters: make a longer one`);
    return { kind: 'hmac', secret: Buffer.from(secret) };
  }
  const [, kind, base64 = ''] = /^(whsec|whpk)_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (kind === 'whsec' && bytes.length >= leastSecretChars && bytes.length <= 64)
    return { kind: 'hmac', secret: bytes };
  if (kind === 'whpk' && bytes.length === 32) {
    const key = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
    return { kind: 'ed25519', publicKey: createPublicKey({ key, format: 'jwk' }) };
  }
  throw new Error(
    'is no secret of Standard Webhooks: write whsec_ and base64 of 16 to 64 bytes, or whpk_ and that of 32',
  );
}

export interface Webhook {
  readonly name: string;
  readonly scheme: SchemeName;
  readonly scope: Scope;
  /** As they are now: two while one is rotated. */
  readonly keys: () => readonly WebhookKey[];
  /** ms since 1970. */
  readonly clock: () => number;
}

/** A webhook whose signature is right. */
export interface Verified {
  readonly ok: true;
  readonly sender: Sender;
  /** Of the webhook. */
  readonly name: string;
  /** What it says of itself, by its headers and its body. */
  readonly delivery: (member: ReadMember) => Delivery;
}

export type VerifyWebhook = (request: Pick<Accepted, 'headers' | 'body'>) => Verified | Refused;

/** Checks the signature over the body as it came, and then its time: whoever cannot sign learns nothing of clocks. */
export function createVerifyWebhook(
  { name, scheme, scope, keys, clock }: Webhook,
  tell: AuthenticateObserve['authenticated'],
): VerifyWebhook {
  // A colon, which no name of an API key has: neither can block the other's ids.
  const sender: Sender = { name: `webhook:${name}`, scope };
  const { needs, claim: read, delivery: deliveryOf } = schemes[scheme];
  const turnAway = (result: 'missing' | 'unknown' | 'expired', detail: string) => {
    tell('webhook', result);
    return refused('unauthenticated', detail, { credential: { method: 'webhook', result } });
  };
  return ({ headers, body }) => {
    const claim = read(headers);
    if (claim === undefined) return turnAway('missing', `This webhook needs ${needs}`);
    if (!keys().some((key) => isSignedWith(key, claim, body))) {
      return turnAway(
        'unknown',
        'No signature fits the body: send it as it was signed, with the secret of this webhook',
      );
    }
    const { signedAtSeconds } = claim;
    if (signedAtSeconds !== undefined && Math.abs(clock() / 1_000 - signedAtSeconds) > toleranceSeconds) {
      return turnAway(
        'expired',
        `It was signed more than ${toleranceSeconds} s away from now: sign it when it is sent`,
      );
    }
    tell('webhook', 'ok');
    return { ok: true, sender, name, delivery: (member) => deliveryOf(headers, member) };
  };
}

function isSignedWith(key: WebhookKey, { before, signatures }: Claim, body: Buffer): boolean {
  if (key.kind === 'hmac') {
    const right = createHmac('sha256', key.secret).update(before).update(body).digest();
    return signatures.some(
      ({ kind, bytes }) => kind === 'hmac' && bytes.length === right.length && timingSafeEqual(bytes, right),
    );
  }
  const content = Buffer.concat([Buffer.from(before), body]);
  return signatures.some(
    ({ kind, bytes }) => kind === 'ed25519' && bytes.length === 64 && verify(null, content, key.publicKey, bytes),
  );
}

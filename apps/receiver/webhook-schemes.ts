import type { IncomingHttpHeaders } from 'node:http';

/** How a provider signs what it sends. */
export const schemeNames = ['github', 'standard', 'stripe', 'shopify'] as const;
export type SchemeName = (typeof schemeNames)[number];

export interface Signature {
  readonly kind: 'hmac' | 'ed25519';
  readonly bytes: Buffer;
}

/** What a request says was signed: this text, then the body. */
export interface Claim {
  readonly before: string;
  readonly signatures: readonly Signature[];
  /** When it was signed, as seconds since 1970; `undefined` where the scheme signs no time. */
  readonly signedAtSeconds: number | undefined;
}

/** The delivery and what it tells of. */
export interface Delivery {
  readonly id: string | undefined;
  readonly event: string | undefined;
}

/** Text members of the body, by name. */
export type ReadMember = (name: string) => string | undefined;

export interface Scheme {
  /** The headers that it cannot do without, for whoever is told what is missing. */
  readonly needs: string;
  /** `undefined`: they are not there, or not of their form. */
  readonly claim: (headers: IncomingHttpHeaders) => Claim | undefined;
  /** Only what is signed may be believed where both are there. */
  readonly delivery: (headers: IncomingHttpHeaders, member: ReadMember) => Delivery;
}

/** More signatures than any rotation needs; each costs a comparison. */
const mostSignatures = 8;

const header = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const hmac = (bytes: Buffer): Signature => ({ kind: 'hmac', bytes });

/** A time in whole seconds, as both schemes that sign one write it. */
function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/**
 * GitHub: `X-Hub-Signature-256: sha256=` and the hexadecimal HMAC of the body
 * (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries). Neither time nor headers are signed.
 */
const github: Scheme = {
  needs: 'X-Hub-Signature-256, X-GitHub-Delivery and X-GitHub-Event',
  claim(headers) {
    const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header(headers, 'x-hub-signature-256') ?? '') ?? [];
    if (hex === undefined) return undefined;
    return { before: '', signatures: [hmac(Buffer.from(hex, 'hex'))], signedAtSeconds: undefined };
  },
  delivery: (headers) => ({ id: header(headers, 'x-github-delivery'), event: header(headers, 'x-github-event') }),
};

/**
 * Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, spec 1.0): `id.timestamp.body`, signed by HMAC
 * (`v1`) or ed25519 (`v1a`), several signatures with spaces between them.
 */
const standard: Scheme = {
  needs: 'webhook-id, webhook-timestamp and webhook-signature',
  claim(headers) {
    const id = header(headers, 'webhook-id');
    const signedAtSeconds = secondsOf(header(headers, 'webhook-timestamp'));
    // A dot in the id would let id and time be cut elsewhere: the specification forbids it.
    if (id === undefined || id.includes('.') || signedAtSeconds === undefined) return undefined;
    const listed = (header(headers, 'webhook-signature') ?? '').split(' ').slice(0, mostSignatures);
    const signatures = listed.flatMap((text): Signature[] => {
      const [, version, base64 = ''] = /^(v1a?),([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
      if (version === undefined) return [];
      return [{ kind: version === 'v1a' ? 'ed25519' : 'hmac', bytes: Buffer.from(base64, 'base64') }];
    });
    if (signatures.length === 0) return undefined;
    return { before: `${id}.${header(headers, 'webhook-timestamp') ?? ''}.`, signatures, signedAtSeconds };
  },
  delivery: (headers, member) => ({ id: header(headers, 'webhook-id'), event: member('type') ?? 'event' }),
};

/**
 * Stripe: `Stripe-Signature: t=…,v1=…` over `t.body`, several `v1` while a secret is rotated
 * (https://docs.stripe.com/webhooks#verify-manually).
 */
const stripe: Scheme = {
  needs: 'Stripe-Signature, and id and type in the body',
  claim(headers) {
    const parts = (header(headers, 'stripe-signature') ?? '')
      .split(',', mostSignatures + 2)
      .map((part) => part.split('='));
    const valuesOf = (name: string) =>
      parts.flatMap(([key, value]) => (key === name && value !== undefined ? [value] : []));
    const [t] = valuesOf('t');
    const signedAtSeconds = secondsOf(t);
    const signatures = valuesOf('v1').flatMap((hex) =>
      /^[0-9a-f]{64}$/.test(hex) ? [hmac(Buffer.from(hex, 'hex'))] : [],
    );
    if (t === undefined || signedAtSeconds === undefined || signatures.length === 0) return undefined;
    return { before: `${t}.`, signatures, signedAtSeconds };
  },
  delivery: (_headers, member) => ({ id: member('id'), event: member('type') }),
};

/**
 * Shopify: `X-Shopify-Hmac-Sha256`, the base64 HMAC of the body
 * (https://shopify.dev/docs/apps/build/webhooks/subscribe/https). Neither time nor headers are signed.
 */
const shopify: Scheme = {
  needs: 'X-Shopify-Hmac-Sha256, X-Shopify-Event-Id (or X-Shopify-Webhook-Id) and X-Shopify-Topic',
  claim(headers) {
    const base64 = header(headers, 'x-shopify-hmac-sha256');
    if (base64 === undefined || !/^[A-Za-z0-9+/]{43}=$/.test(base64)) return undefined;
    return { before: '', signatures: [hmac(Buffer.from(base64, 'base64'))], signedAtSeconds: undefined };
  },
  delivery: (headers) => ({
    id: header(headers, 'x-shopify-event-id') ?? header(headers, 'x-shopify-webhook-id'),
    event: header(headers, 'x-shopify-topic'),
  }),
};

export const schemes: Readonly<Record<SchemeName, Scheme>> = { github, standard, stripe, shopify };

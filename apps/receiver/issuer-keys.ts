import { createLocalJWKSet, type LocalJWKSet } from 'jose';
import * as z from 'zod';
import { secureUrl } from '../shared/auth-config.ts';
import { createFollowed } from '../shared/follow.ts';
import { readJson } from './read-json.ts';

/** Issuers publish a new key hours or days before they sign with it. */
const everyMs = 600_000;

/** An unknown key in a token makes us ask at once, but no sender can make us ask more often. */
const atMostEveryMs = 30_000;

/** Without an answer for so long, a key may have been withdrawn for good reason. */
const trustedForMs = 86_400_000;

export interface IssuerKeys {
  /** `undefined`: none that can be trusted. */
  readonly current: () => LocalJWKSet | undefined;
  /** Asks the issuer, unless it was asked a moment ago. */
  readonly renew: () => Promise<void>;
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface IssuerKeysOptions {
  /** As tokens name it. */
  readonly issuer: string;
  /** Where its keys are; `undefined`: where its discovery document says. */
  readonly keys: string | undefined;
  readonly fetch: typeof fetch;
  /** Monotonic, ms. */
  readonly now: () => number;
  readonly unusable: (fault: string) => void;
}

const discovery = z.object({ issuer: z.string(), jwks_uri: secureUrl() });

/** Enough to hand them over; jose judges each key when a token names it. */
const keySet = z.object({
  keys: z
    .array(z.looseObject({ kty: z.string() }))
    .min(1)
    .max(100),
});

/**
 * The public keys of one issuer (RFC 7517), found by OpenID Connect Discovery 1.0. They are asked for in the background, and
 * outlast an issuer that does not answer; a token never says where to ask.
 */
export function createIssuerKeys({ issuer, keys, fetch, now, unusable }: IssuerKeysOptions): IssuerKeys {
  let readAtMs = -Infinity;
  let askedAtMs = -Infinity;
  let asking: Promise<void> | undefined;

  const read = async (url: string): Promise<unknown> => {
    const answer = await readJson(url, fetch);
    if (!answer.ok) throw new Error(answer.fault);
    return answer.value;
  };
  const findUrl = async (): Promise<string> => {
    const found = discovery.safeParse(await read(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`));
    if (!found.success) throw new Error(`The discovery document of ${issuer} names no keys that can be asked for`);
    if (found.data.issuer !== issuer) throw new Error(`The discovery document of ${issuer} is of another issuer`);
    // Over loopback only where the issuer itself is there: no other may send us to a port of our own.
    if (new URL(found.data.jwks_uri).protocol !== 'https:' && new URL(issuer).protocol === 'https:') {
      throw new Error(`The discovery document of ${issuer} names keys without TLS: ask its operator`);
    }
    return found.data.jwks_uri;
  };
  const followed = createFollowed<LocalJWKSet | undefined>({
    first: undefined,
    async read() {
      const url = keys ?? (await findUrl());
      const set = keySet.safeParse(await read(url));
      if (!set.success) throw new Error(`What ${url} answers is no set of keys`);
      readAtMs = now();
      return createLocalJWKSet(set.data);
    },
    everyMs,
    unusable,
  });
  return {
    current: () => (now() - readAtMs > trustedForMs ? undefined : followed.current()),
    renew() {
      if (asking !== undefined) return asking;
      if (now() - askedAtMs < atMostEveryMs) return Promise.resolve();
      askedAtMs = now();
      asking = followed.refresh().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    follow: followed.follow,
  };
}

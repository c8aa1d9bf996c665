import type { AuthConfig } from '../shared/auth-config.ts';
import type { Log } from '../shared/log.ts';
import { createScope } from '../shared/scope.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { createCheckToken, type CheckToken, type Issuer } from './verify-token.ts';

export interface Issuers {
  readonly checkToken: CheckToken;
  /** Asks for the keys of all issuers, now and again and again until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface IssuersDeps {
  readonly fetch: typeof fetch;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly log: Log;
}

/** An issuer that does not answer is asked for as its tokens come: the others' events are taken all the same. */
export function openIssuers(configured: AuthConfig['jwt'], { fetch, now, clock, log }: IssuersDeps): Issuers {
  const issuers = Object.entries(configured).map(([name, { keys, types, targets, ...settings }]): Issuer => {
    const unusable = (fault: string) =>
      log.warn(
        { issuer: name, fault, advice: 'The keys before stay for a day; without any, its tokens are answered 503' },
        'jwt.keys_unusable',
      );
    const issuerKeys = createIssuerKeys({ issuer: settings.issuer, keys, fetch, now, unusable });
    return { name, ...settings, scope: createScope({ types, targets }), keys: issuerKeys };
  });
  return {
    checkToken: createCheckToken(issuers, clock),
    async follow(signal) {
      await Promise.all(issuers.map(({ keys }) => keys.follow(signal)));
    },
  };
}

import { createFollowed } from '../shared/follow.ts';
import type { TargetConfig } from '../shared/config.ts';
import type { Log } from '../shared/log.ts';
import type { ReadSecret } from '../shared/secrets.ts';
import type { OAuth2 } from '../shared/target-auth-config.ts';
import { openTlsPair } from '../shared/tls-pair.ts';
import type { RandomBytes } from '../shared/tracing.ts';
import { createConnections, type Connections } from './connection.ts';
import { createNoCredential, openSecretCredential, rereadMs, type Credential } from './credential.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { createRequestToken } from './request-token.ts';
import type { Scripts } from './scripts.ts';
import { createSeal } from './seal.ts';
import { createTokenShare } from './share-token.ts';
import { openSigning, type AwsIdentity, type Sign } from './sign.ts';
import { openTokenCredential } from './token.ts';

/** The way to a target: who we say that we are, over which connections, in which calls. */
export interface Target {
  readonly credential: Credential;
  readonly connections: Connections;
  readonly dispatch: Dispatch;
}

export interface TargetOptions {
  readonly graphql: TargetConfig['graphql'];
  readonly connections: number;
  readonly names: { readonly instance: string; readonly target: string };
  readonly pod: string;
  readonly readSecret: ReadSecret;
  readonly tokenScript: Scripts['token'];
  /** Looked up by those alone who sign. */
  readonly aws: () => Promise<AwsIdentity>;
  readonly fetch: typeof fetch;
  readonly randomBytes: RandomBytes;
  readonly log: Pick<Log, 'error'>;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly stop: AbortSignal;
}

/** Rejects with a sentence where a secret, a certificate or a token cannot be used at the start. */
export async function openTarget(options: TargetOptions): Promise<Target> {
  const { graphql, readSecret, log, now, clock } = options;
  const { target } = options.names;
  const endpoint = new URL(graphql.endpoint);
  const unusable = (fault: string) =>
    log.error({ target, fault, advice: 'Mend it: what was read before stays in use' }, 'secret.unusable');
  const [{ credential, sign }, tls] = await Promise.all([
    openCredential(options, endpoint, unusable),
    graphql.tls && openTlsPair({ refs: graphql.tls, readSecret, unusable, clock }),
  ]);
  const connections = createConnections({
    endpoint,
    connections: options.connections,
    timeoutMs: graphql.timeout,
    secureContext: tls?.context,
    now,
  });
  return {
    credential: {
      headers: credential.headers,
      async refresh(refused) {
        await Promise.all([credential.refresh(refused), tls?.refresh()]);
      },
      async follow(signal) {
        await Promise.all([credential.follow(signal), tls?.follow(signal)]);
      },
    },
    connections,
    dispatch: createDispatch(endpoint, connections, graphql.timeout, sign),
  };
}

async function openCredential(
  options: TargetOptions,
  endpoint: URL,
  unusable: (fault: string) => void,
): Promise<{ readonly credential: Credential; readonly sign?: Sign }> {
  const { readSecret, aws } = options;
  const { auth } = options.graphql;
  if (auth === undefined) return { credential: createNoCredential() };
  if ('oauth2' in auth) return { credential: await openOAuth2(options, auth.oauth2, unusable) };
  if ('sigv4' in auth) {
    const { service, region } = auth.sigv4;
    return openSigning({ endpoint, service, region, aws: await aws(), unusable });
  }
  return { credential: await openSecretCredential(auth, { readSecret, unusable }) };
}

async function openOAuth2(
  options: TargetOptions,
  oauth2: OAuth2,
  unusable: (fault: string) => void,
): Promise<Credential> {
  const { names, pod, readSecret, tokenScript: script, randomBytes, log, now, stop } = options;
  const { clientSecret, tokenUrl, clientId, scope = '', audience = '' } = oauth2;
  const read = () => readSecret(clientSecret);
  const about = JSON.stringify([names.instance, names.target, tokenUrl, clientId, scope, audience]);
  return openTokenCredential({
    secret: createFollowed({ first: await read(), read, everyMs: rereadMs, unusable }),
    requestToken: createRequestToken(oauth2, options.fetch),
    shareOf: (secret) => createTokenShare({ script, names, pod, seal: createSeal(secret, about, randomBytes), now }),
    unavailable: (fault) =>
      log.error(
        {
          target: names.target,
          fault,
          advice: 'The token before stays in use: while it is refused, the target is halted',
        },
        'token.unavailable',
      ),
    now,
    stop,
  });
}

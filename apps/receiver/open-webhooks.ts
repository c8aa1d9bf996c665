import type { AuthConfig } from '../shared/auth-config.ts';
import { createFollowed } from '../shared/follow.ts';
import type { Log } from '../shared/log.ts';
import { createScope } from '../shared/scope.ts';
import type { ReadSecret } from '../shared/secrets.ts';
import type { AuthenticateObserve } from './authenticate.ts';
import { createVerifyWebhook, readWebhookKey, type VerifyWebhook, type WebhookKey } from './verify-webhook.ts';

/** A rotated secret is found within a minute; two may be given while it is rotated. */
const everyMs = 60_000;

export interface Webhooks {
  readonly verify: ReadonlyMap<string, VerifyWebhook>;
  /** Reads the secrets again and again until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

export interface WebhooksDeps {
  readonly readSecret: ReadSecret;
  readonly observe: Pick<AuthenticateObserve, 'authenticated'>;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly log: Log;
}

/** Reads the secrets of all webhooks; rejects with every fault at once. */
export async function openWebhooks(
  configured: AuthConfig['webhooks'],
  { readSecret, observe, clock, log }: WebhooksDeps,
): Promise<Webhooks> {
  const faults: string[] = [];
  const opened = await Promise.all(
    Object.entries(configured).map(async ([name, { scheme, secret, ...members }]) => {
      const at = `auth.webhooks.${name}.secret`;
      const read = () =>
        Promise.all(
          [secret]
            .flat()
            .map(async (ref): Promise<WebhookKey> => readWebhookKey(scheme, (await readSecret(ref)).reveal())),
        );
      const first = await read().catch((error: unknown) => {
        faults.push(`  ${at}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      });
      const followed = createFollowed({
        first,
        read,
        everyMs,
        unusable: (fault) =>
          log.error({ webhook: name, fault, advice: `Mend ${at}: the one before it stays` }, 'secret.unusable'),
      });
      const verify = createVerifyWebhook(
        { name, scheme, scope: createScope(members), keys: followed.current, clock },
        observe.authenticated,
      );
      return { name, verify, followed };
    }),
  );
  if (faults.length > 0) throw new Error(`The secrets of webhooks cannot be used:\n${faults.join('\n')}`);
  return {
    verify: new Map(opened.map(({ name, verify }) => [name, verify])),
    async follow(signal) {
      await Promise.all(opened.map(({ followed }) => followed.follow(signal)));
    },
  };
}

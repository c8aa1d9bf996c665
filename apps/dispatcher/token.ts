import { createReread, type Followed, type Reread } from '../shared/follow.ts';
import type { Secret } from '../shared/secret.ts';
import { wait } from '../shared/wait.ts';
import type { Credential } from './credential.ts';
import type { RequestToken } from './request-token.ts';
import { leaseMs, type Token, type TokenShare } from './share-token.ts';

export interface TokenDeps {
  /** Follows the client secret. */
  readonly secret: Followed<Secret>;
  readonly requestToken: RequestToken;
  /** What the pods share that know this secret. */
  readonly shareOf: (secret: Secret) => TokenShare;
  /** Told once of each fault, however often it is met. */
  readonly unavailable: (fault: string) => void;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Ends with the pod's wish to start. */
  readonly stop: AbortSignal;
}

/** Whoever waits outlasts the lease of a pod that died, and asks in its place. */
const longestWaitMs = leaseMs + 1_000;

/** A token is there some hundred ms after it was asked for. */
const lookEveryMs = 100;

/** A Redis that blinks must not make every pod ask: one that is gone keeps calls from being made, so nobody waits for it. */
const looks = 10;

/** A token endpoint that is restarted is back after that. */
const startTries = 3;
const startPauseMs = 1_000;

/** When a renewal failed; sooner where less is left of the token. */
const againMs = 5_000;

/** A target that refuses a fresh token will not like the next one better: so long, none is asked for because of a refusal. */
const refusedAgainMs = 30_000;

/**
 * The access token of a fleet (OAuth 2.0 client credentials): one pod asks for each generation, all others find it in Redis.
 *
 * A generation ends when its time comes, in each pod by its own clock, or when the target refuses it. Whoever notices looks in
 * Redis: there is a newer token, or another pod is asking and is waited for, or it is this pod that asks. Without Redis each asks
 * for itself. Rejects where no token is to be had at the start.
 */
export async function openTokenCredential(deps: TokenDeps): Promise<Credential> {
  const { secret, now } = deps;
  const ended = new AbortController();

  const renew = async (unwanted: string): Promise<Token> => {
    await secret.refresh();
    const mine = secret.current();
    const share = deps.shareOf(mine);
    const ask = async () => {
      const askedMs = now();
      return share.keep(await deps.requestToken(mine, ended.signal), askedMs, unwanted);
    };
    const untilMs = now() + longestWaitMs;
    for (let missed = 0; !ended.signal.aborted;) {
      const found = await share.look(unwanted);
      switch (found.kind) {
        case 'token':
          return found.token;
        case 'ask':
          return ask();
        case 'gone':
          if (++missed === looks) return ask();
          await wait(lookEveryMs, ended.signal);
          break;
        case 'wait':
          if (now() > untilMs) throw new Error('Another pod asks for the next token, and has none yet');
          await wait(Math.min(found.ms, lookEveryMs), ended.signal);
          break;
        default:
          found satisfies never;
      }
    }
    throw new Error('The pod ended before a token came');
  };

  const first = async (): Promise<Token> => {
    for (let tries = 1; ; tries++) {
      try {
        return await renew('');
      } catch (error) {
        if (tries === startTries || deps.stop.aborted) throw error;
        await wait(startPauseMs, deps.stop);
      }
    }
  };

  const token: Reread<Token> = createReread({
    first: await first(),
    read: () => renew(token.current().sealed),
    unusable: deps.unavailable,
  });
  const renewInTime = async (signal: AbortSignal) => {
    for (;;) {
      await wait(waitOf(token.current(), now()), signal);
      if (signal.aborted) return;
      await token.refresh();
    }
  };
  let refusedMs = -Infinity;
  let replacing: Promise<void> | undefined;

  return {
    headers: () => token.current().headers,
    async refresh(refused) {
      if (replacing === undefined) {
        if (refused !== token.current().headers || now() < refusedMs + refusedAgainMs) return;
        refusedMs = now();
        replacing = token.refresh().finally(() => {
          replacing = undefined;
        });
      }
      await replacing;
    },
    async follow(signal) {
      signal.addEventListener('abort', () => ended.abort(), { once: true });
      await Promise.all([secret.follow(signal), renewInTime(signal)]);
    },
  };
}

/** How long a token is left in peace. */
function waitOf({ lifeMs, endsMs }: Token, nowMs: number): number {
  const leftMs = endsMs - nowMs;
  const dueMs = leftMs - (lifeMs - renewAfterMs(lifeMs));
  return dueMs > 0 ? dueMs : Math.max(250, Math.min(againMs, leftMs / 2));
}

/**
 * At four fifths of its life, and a minute before its end at the latest: time to try again while the old one still serves.
 * One that lives for two minutes or less is renewed at half of that.
 */
export function renewAfterMs(lifeMs: number): number {
  return Math.max(Math.min(0.8 * lifeMs, lifeMs - 60_000), lifeMs / 2);
}

import * as z from 'zod';
import { tokenKey, tokenLeaseKey } from '../shared/state-keys.ts';
import { answerMs, type Issued } from './request-token.ts';
import type { HeaderFields } from './credential.ts';
import type { Scripts } from './scripts.ts';
import type { Seal } from './seal.ts';

/** A token of the fleet, as this pod holds it. */
export interface Token {
  readonly headers: HeaderFields;
  /** As Redis holds it, and by which one generation is told from the next. */
  readonly sealed: string;
  readonly lifeMs: number;
  /** Monotonic, ms, by this pod's clock. */
  readonly endsMs: number;
}

export type Found =
  | { readonly kind: 'token'; readonly token: Token }
  /** This pod asks for it, for all. */
  | { readonly kind: 'ask' }
  /** Another pod asks, and has so long for it. */
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'gone' };

export interface TokenShare {
  /** A token other than the one that is wanted no more, or who asks for it. */
  readonly look: (unwanted: string) => Promise<Found>;
  /** Gives what was asked for, at `askedMs`, to all. Resolves with what is in force now: another pod's may be newer. */
  readonly keep: (issued: Issued, askedMs: number, unwanted: string) => Promise<Token>;
}

export interface TokenShareDeps {
  readonly script: Scripts['token'];
  readonly names: { readonly instance: string; readonly target: string };
  readonly pod: string;
  readonly seal: Seal;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** A pod that asks is not overtaken, and one that died is not waited for. */
export const leaseMs = answerMs + 1_000;

const sealedText = z.object({ token: z.string(), lifeMs: z.number() });

/** Redis keeps the token for the time that is left of it, so that no pod compares its clock with another's. */
export function createTokenShare({ script, names, pod, seal, now }: TokenShareDeps): TokenShare {
  const { instance, target } = names;
  const keys = [tokenKey(instance, target, seal.name), tokenLeaseKey(instance, target, seal.name)];

  const tokenOf = (sealed: string, leftMs: number): Token | undefined => {
    const text = seal.open(sealed);
    if (text === undefined) return undefined;
    const { token, lifeMs } = sealedText.parse(JSON.parse(text));
    return { headers: { authorization: `Bearer ${token}` }, sealed, lifeMs, endsMs: now() + leftMs };
  };

  const move = async (unwanted: string, ...mine: readonly (string | number)[]): Promise<Found> => {
    const result = await script(keys, [pod, leaseMs, unwanted, ...mine]);
    if (!result.ok) return { kind: 'gone' };
    const reply = result.reply as ['ask'] | ['wait', number] | ['token', string, number];
    if (reply[0] === 'ask') return { kind: 'ask' };
    if (reply[0] === 'wait') return { kind: 'wait', ms: reply[1] };
    const token = tokenOf(reply[1], reply[2]);
    if (token !== undefined) return { kind: 'token', token };
    // Somebody else wrote there: it makes way for one of ours.
    return reply[1] === unwanted ? { kind: 'gone' } : move(reply[1], ...mine);
  };

  return {
    look: (unwanted) => move(unwanted),
    async keep({ token: secret, lifeMs }, askedMs, unwanted) {
      const token = secret.reveal();
      const sealed = seal.close(JSON.stringify({ token, lifeMs }));
      const endsMs = askedMs + lifeMs;
      const leftMs = Math.max(1, Math.floor(endsMs - now()));
      const found = await move(unwanted, sealed, leftMs);
      if (found.kind === 'token') return found.token;
      return { headers: { authorization: `Bearer ${token}` }, sealed, lifeMs, endsMs };
    },
  };
}

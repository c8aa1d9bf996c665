import { isDeepStrictEqual } from 'node:util';
import { createFollowed, type Followed } from '../shared/follow.ts';
import { describeSecret, type ReadSecret, type SecretRef } from '../shared/secrets.ts';
import type { TargetAuth } from '../shared/target-auth-config.ts';

/** Header fields by their lower-case names. */
export type HeaderFields = Readonly<Record<string, string>>;

export interface Credential {
  /** What shows who calls, by the last reading: the same object until there is another. */
  readonly headers: () => HeaderFields;
  /**
   * Has another where a target refused this one; one reading at a time serves all who ask. Where a newer one is there
   * already, or none can be had, everything stays as it is.
   */
  readonly refresh: (refused: HeaderFields) => Promise<void>;
  /** Keeps it fresh until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

/** A rotated secret is found within a minute, before the old one ends: rotations leave both in force for longer. */
export const rereadMs = 60_000;

export type SecretAuth = Extract<TargetAuth, { apiKey: unknown } | { bearer: unknown } | { basic: unknown }>;

/** Of a target that asks nobody who calls. */
export function createNoCredential(): Credential {
  const none = {};
  return { headers: () => none, refresh: () => Promise.resolve(), follow: () => Promise.resolve() };
}

/** Rejects where the secret cannot be used at the start: calling without it would halt the target. */
export async function openSecretCredential(
  auth: SecretAuth,
  { readSecret, unusable }: { readonly readSecret: ReadSecret; readonly unusable: (fault: string) => void },
): Promise<Credential> {
  const first = await readHeaders(auth, readSecret);
  const followed: Followed<HeaderFields> = createFollowed({
    first,
    async read() {
      const fresh = await readHeaders(auth, readSecret);
      return isDeepStrictEqual(fresh, followed.current()) ? followed.current() : fresh;
    },
    everyMs: rereadMs,
    unusable,
  });
  return {
    headers: followed.current,
    refresh: (refused) => (refused === followed.current() ? followed.refresh() : Promise.resolve()),
    follow: followed.follow,
  };
}

async function readHeaders(auth: SecretAuth, readSecret: ReadSecret): Promise<HeaderFields> {
  /** What a header cannot carry would be refused by our own HTTP, call by call. */
  const read = async (ref: SecretRef, may: RegExp, says: string): Promise<string> => {
    const text = (await readSecret(ref)).reveal();
    if (!may.test(text)) throw new Error(`The secret at ${describeSecret(ref)} ${says}: store the secret alone`);
    return text;
  };
  if ('apiKey' in auth) {
    const { header, secret } = auth.apiKey;
    return { [header.toLowerCase()]: await read(secret, inHeader, 'holds what no header may carry') };
  }
  if ('bearer' in auth) {
    return { authorization: `Bearer ${await read(auth.bearer, inHeader, 'holds what no header may carry')}` };
  }
  const { username, password } = auth.basic;
  const pair = `${username}:${await read(password, withoutControls, 'holds a line break or another control character')}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** RFC 9110, §5.5, without the bytes beyond ASCII, which servers read in different ways. */
const inHeader = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/** RFC 7617, §2. */
const withoutControls = /^\P{Cc}+$/u;

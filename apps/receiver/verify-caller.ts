import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AuthConfig } from '../shared/auth-config.ts';
import { createMatchAny } from '../shared/match.ts';
import { createScope } from '../shared/scope.ts';
import { audienceHeader, queryOf, readCallerToken, type CallerToken } from './caller-token.ts';
import { readJson } from './read-json.ts';
import type { CheckToken, TokenCheck } from './verify-token.ts';

/** STS honours 15 min; a token that was seen by somebody is worth less the sooner it ends. */
const freshForMs = 300_000;

/** Clocks differ. */
const aheadMs = 60_000;

/** STS throttles; more at once than this is a flood of tokens that were never seen before. */
const mostAsked = 16;

/** Identities that are remembered, a few hundred bytes each. */
const mostRemembered = 10_000;

export interface CallerDeps {
  readonly fetch: typeof fetch;
  /** Where STS of a region is. */
  readonly endpoint: (region: string) => string;
  /** ms since 1970. */
  readonly clock: () => number;
}

const identity = z.object({
  GetCallerIdentityResponse: z.object({
    GetCallerIdentityResult: z.object({
      Arn: z.string().regex(/^arn:aws[a-z-]*:(iam|sts)::\d{12}:[\x21-\x7e]{1,256}$/),
    }),
  }),
});

const failed = (fault: 'malformed' | 'unknown' | 'expired' | 'unchecked', detail: string): TokenCheck => ({
  ok: false,
  fault,
  detail,
});

/**
 * Who signed a `sts:GetCallerIdentity`, as STS itself says: for callers that have AWS credentials and no way to a token. Each
 * token is asked about once, and remembered until it ends. Only the configured regions are asked, without redirects.
 */
export function createCheckCaller(
  { audience, regions, subjects, ...members }: NonNullable<AuthConfig['sts']>,
  { fetch, endpoint, clock }: CallerDeps,
): CheckToken {
  const scope = createScope(members);
  const mayBe = createMatchAny(subjects);
  const remembered = new Map<string, { readonly check: Promise<TokenCheck>; readonly untilMs: number }>();
  let asked = 0;

  const ask = async (token: CallerToken): Promise<TokenCheck> => {
    if (asked >= mostAsked)
      return failed('unchecked', 'Too many callers are being asked about: send it again in a moment');
    asked++;
    try {
      const url = `${endpoint(token.region)}/?${queryOf(token)}`;
      const answer = await readJson(url, fetch, { [audienceHeader]: audience });
      if (!answer.ok) {
        const isRefusal = answer.status === 403 || answer.status === 400;
        return isRefusal
          ? failed('unknown', 'AWS does not know who signed this: sign it anew, with this audience')
          : failed('unchecked', 'AWS cannot be asked who signed this: send it again in a moment');
      }
      const read = identity.safeParse(answer.value);
      if (!read.success) return failed('unchecked', 'AWS answered with no identity: send it again in a moment');
      const subject = roleOf(read.data.GetCallerIdentityResponse.GetCallerIdentityResult.Arn);
      if (!mayBe(subject)) return failed('unknown', 'Whoever signed this is none of those that may send');
      return { ok: true, sender: { name: `sts:${subject}`, scope } };
    } finally {
      asked--;
    }
  };

  return (text) => {
    const token = readCallerToken(text);
    if (token === undefined) {
      return Promise.resolve(failed('malformed', 'This is no presigned GetCallerIdentity as it is taken here'));
    }
    if (!regions.includes(token.region)) {
      return Promise.resolve(failed('unknown', 'STS of this region is not asked: see regions in the configuration'));
    }
    const ageMs = clock() - token.signedAtMs;
    const lastsMs = Math.min(freshForMs, token.expiresSeconds * 1_000);
    if (ageMs > lastsMs || ageMs < -aheadMs)
      return Promise.resolve(failed('expired', 'It was signed too long ago, or ahead of now'));
    // All of it, not the signature alone: what STS was asked about is what is remembered.
    const key = createHash('sha256').update(text).digest('base64');
    const before = remembered.get(key);
    if (before !== undefined && before.untilMs > clock()) return before.check;
    const check = ask(token);
    remembered.set(key, { check, untilMs: token.signedAtMs + lastsMs });
    for (const old of remembered.keys()) {
      if (remembered.size <= mostRemembered) break;
      remembered.delete(old);
    }
    // What could not be asked is asked again.
    void check.then((result) => {
      if (!result.ok && result.fault === 'unchecked') remembered.delete(key);
    });
    return check;
  };
}

/** A session of a role is that role: `subjects` name what IAM names. */
function roleOf(arn: string): string {
  const [, partition, account, role] = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(arn) ?? [];
  return role === undefined ? arn : `arn:${partition ?? ''}:iam::${account ?? ''}:role/${role}`;
}

/** The SDK's own variable, for emulators; else what AWS names it. */
export function stsEndpoint({ AWS_ENDPOINT_URL_STS: url }: Readonly<Record<string, string | undefined>>) {
  return (region: string) => url?.replace(/\/$/, '') ?? `https://sts.${region}.amazonaws.com`;
}

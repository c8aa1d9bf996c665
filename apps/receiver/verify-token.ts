import { decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { createMatchAny } from '../shared/match.ts';
import type { Scope } from '../shared/scope.ts';
import type { Sender } from './authenticate.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** A token of AWS is about 1.5 KB; one with all of somebody's groups is a few. */
const mostChars = 8_192;

/** Clocks differ; RFC 7519 §4.1.4 allows a few minutes at most, and a minute is plenty. */
const toleranceSeconds = 60;

/** The subject becomes part of the sender's name, which is on every event. */
const mostSubjectChars = 256;

export interface Issuer {
  /** Of the configuration. */
  readonly name: string;
  readonly issuer: string;
  readonly audience: string;
  readonly subjects: readonly string[];
  readonly algorithms: readonly string[];
  readonly scope: Scope;
  readonly keys: IssuerKeys;
}

/** `unchecked`: its issuer's keys are not known, and cannot be asked for. */
export type TokenFault = 'malformed' | 'unknown' | 'expired' | 'unchecked';

export type TokenCheck =
  | { readonly ok: true; readonly sender: Sender }
  | { readonly ok: false; readonly fault: TokenFault; readonly detail: string };

export type CheckToken = (token: string) => Promise<TokenCheck>;

const failed = (fault: TokenFault, detail: string): TokenCheck => ({ ok: false, fault, detail });

/**
 * Checks a JSON Web Token (RFC 7519) as RFC 8725 asks: the issuer is one of ours, whose keys and algorithms are fixed before the
 * token is looked at; signature, audience and times must fit, and the subject must be one that may send. What a token says of
 * its own keys (`jku`, `jwk`, `x5u`) is never looked at.
 */
export function createCheckToken(issuers: readonly Issuer[], clock: () => number): CheckToken {
  const known = new Map(
    issuers.map((issuer) => [issuer.issuer, { ...issuer, mayBe: createMatchAny(issuer.subjects) }]),
  );
  return async (token) => {
    const iss = issuerOf(token);
    if (iss === undefined) return failed('malformed', 'This is no JSON Web Token');
    const issuer = known.get(iss);
    if (issuer === undefined) return failed('unknown', 'The issuer of this token (iss) is none of those configured');
    const { name, audience, algorithms, keys, scope, mayBe } = issuer;
    if (keys.current() === undefined) await keys.renew();
    if (keys.current() === undefined) {
      return failed('unchecked', 'The keys of the issuer of this token cannot be asked for: send it again in a moment');
    }
    let subject: string | undefined;
    try {
      const { payload } = await jwtVerify(token, keyOf(keys), {
        issuer: iss,
        audience,
        algorithms: [...algorithms],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(clock()),
        requiredClaims: ['exp', 'sub'],
      });
      subject = payload.sub;
    } catch (error) {
      return judge(error);
    }
    if (
      subject === undefined ||
      subject.length > mostSubjectChars ||
      !/^[\x21-\x7e]+$/.test(subject) ||
      !mayBe(subject)
    ) {
      return failed('unknown', 'The subject of this token (sub) is none of those that may send');
    }
    return { ok: true, sender: { name: `${name}:${subject}`, scope } };
  };
}

/** What it says; nothing of it is believed before its signature is checked. */
function issuerOf(token: string): string | undefined {
  if (token.length > mostChars) return undefined;
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : undefined;
  } catch {
    return undefined;
  }
}

/** The key that the token names among those of its issuer, which are asked for anew where it is not among them. */
function keyOf(keys: IssuerKeys): JWTVerifyGetKey {
  const find: JWTVerifyGetKey = (header, token) => {
    const current = keys.current();
    if (current === undefined) throw new errors.JWKSNoMatchingKey();
    return current(header, token);
  };
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await keys.renew();
      return find(header, token);
    }
  };
}

/** jose's words quote claims; these do not. */
function judge(error: unknown): TokenCheck {
  if (error instanceof errors.JWTExpired)
    return failed('expired', 'This token has expired: ask its issuer for a new one');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return failed('unknown', 'This token is for another audience (aud)');
    if (error.claim === 'nbf') return failed('expired', 'This token is not valid yet (nbf)');
    return failed('malformed', 'A claim of this token is missing or not of its form: it needs iss, sub, aud and exp');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return failed('unknown', 'The algorithm of this token is not allowed');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return failed('unknown', 'The issuer has no one key that this token names (kid, alg)');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return failed('unknown', 'The signature of this token does not fit');
  return failed('malformed', 'This is no JSON Web Token that can be checked');
}

import type { KeyCheck } from '../shared/keys.ts';
import { createScope, type Scope } from '../shared/scope.ts';
import type { Accepted } from './accept.ts';
import { isCallerToken } from './caller-token.ts';
import { refused, type Refused } from './refuse.ts';
import type { CheckToken } from './verify-token.ts';

/** Whoever sends, and what they may send. */
export interface Sender {
  /**
   * Part of the identity of all its events: the name of an API key, `issuer:subject` of a token, `sts:arn`, `webhook:name`,
   * or `anonymous`. Names of keys have no colon, so that nobody can block the ids of another.
   */
  readonly name: string;
  readonly scope: Scope;
}

export type Credentials = Pick<Accepted, 'headers'>;

/** A credential, and whose it is. */
export interface Known {
  readonly ok: true;
  readonly sender: Sender;
}

/** Who sends, by `Authorization: Bearer` or `X-API-Key`. Never by the URL, which ends up in logs. */
export type Authenticate = (request: Credentials) => Promise<Known | Refused> | Known | Refused;

export const authMethods = ['api_key', 'jwt', 'sts', 'webhook', 'anonymous'] as const;
export type AuthMethod = (typeof authMethods)[number];

/** What came of a credential. */
export const attempted = ['ok', 'missing', 'malformed', 'unknown', 'expired', 'unchecked'] as const;
export type Attempted = (typeof attempted)[number];

export interface AuthenticateObserve {
  /** Told of each attempt. */
  readonly authenticated: (method: AuthMethod, result: Attempted) => void;
  /** Told of each key that opened. */
  readonly usedKey: (name: string, id: string) => void;
}

/** The ways in that the configuration opens. */
export interface WaysIn {
  readonly anonymous: boolean;
  readonly checkKey: ((key: string) => KeyCheck) | undefined;
  readonly checkToken: CheckToken | undefined;
  /** Of a presigned `sts:GetCallerIdentity`. */
  readonly checkCaller: CheckToken | undefined;
}

const challenge = { headers: { 'www-authenticate': 'Bearer realm="event-gateway"' } };

const keyFaults = {
  malformed: 'This is no API key of ours, or part of it is missing: copy it whole',
  unknown: 'This API key is not known: it may have been revoked',
  expired: 'This API key has expired: ask for a new one',
} as const;

export function createAuthenticate(
  { anonymous, checkKey, checkToken, checkCaller }: WaysIn,
  observe: AuthenticateObserve,
): Authenticate {
  if (anonymous) {
    const sender = { name: 'anonymous', scope: createScope({}) };
    return () => {
      observe.authenticated('anonymous', 'ok');
      return { ok: true, sender };
    };
  }
  const usual = checkKey !== undefined ? 'api_key' : checkToken !== undefined ? 'jwt' : 'sts';
  const ways = [
    ...(checkKey === undefined ? [] : ['an API key as "Authorization: Bearer egw_…" or "X-API-Key: egw_…"']),
    ...(checkToken === undefined ? [] : ['a token of a known issuer as "Authorization: Bearer …"']),
    ...(checkCaller === undefined ? [] : ['a presigned GetCallerIdentity as "Authorization: Bearer egw-sts.…"']),
  ].join(', or ');
  const askFor = ways === '' ? 'Only signed webhooks are taken here, at /webhooks/{name}' : `Send ${ways}`;

  const fail = (method: AuthMethod, result: Exclude<Attempted, 'ok'>, detail: string): Refused => {
    observe.authenticated(method, result);
    const credential = { method, result };
    if (result === 'unchecked') return refused('issuer_unavailable', detail, { credential });
    return refused('unauthenticated', detail, { ...challenge, credential });
  };
  const byKey = (key: string, check: (key: string) => KeyCheck): Known | Refused => {
    const checked = check(key);
    if (!checked.ok) return fail('api_key', checked.fault, keyFaults[checked.fault]);
    const { id, name, scope } = checked;
    observe.authenticated('api_key', 'ok');
    observe.usedKey(name, id);
    return { ok: true, sender: { name, scope } };
  };
  const byToken = async (method: AuthMethod, token: string, check: CheckToken): Promise<Known | Refused> => {
    const checked = await check(token);
    if (!checked.ok) return fail(method, checked.fault, checked.detail);
    observe.authenticated(method, 'ok');
    return checked;
  };

  return ({ headers }) => {
    const shown = credentialOf(headers);
    if (shown === undefined) {
      return fail(usual, 'missing', askFor);
    }
    const { text, bearer } = shown;
    if (bearer && checkCaller !== undefined && isCallerToken(text)) return byToken('sts', text, checkCaller);
    // Three parts make a token; a key has no dot.
    if (bearer && checkToken !== undefined && text.includes('.')) return byToken('jwt', text, checkToken);
    if (checkKey !== undefined) return byKey(text, checkKey);
    return fail(usual, 'malformed', askFor);
  };
}

function credentialOf(headers: Accepted['headers']): { readonly text: string; readonly bearer: boolean } | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { text: bearer, bearer: true };
  const header = headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? { text: header, bearer: false } : undefined;
}

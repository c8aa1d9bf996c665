import type { KeyCheck } from '../shared/keys.ts';
import type { Accepted } from './accept.ts';
import { refused, type Refused } from './refuse.ts';

/** A request whose sender is known. */
export interface Authenticated extends Accepted {
  /** The name of the API key, or `anonymous`. */
  readonly sender: string;
}

export type Credentials = Pick<Accepted, 'headers'>;

/** Who sends, by `Authorization: Bearer` or `X-API-Key`. Never by the URL, which ends up in logs. */
export type Authenticate = (request: Credentials) => { readonly ok: true; readonly sender: string } | Refused;

/** What came of a credential. */
export type Attempted = 'ok' | 'missing' | 'malformed' | 'unknown';

/** Told of each attempt. */
export type TellAttempt = (method: 'api_key' | 'anonymous', result: Attempted) => void;

const challenge = { 'www-authenticate': 'Bearer realm="event-gateway"' };

export function createAuthenticate(check: ((key: string) => KeyCheck) | 'anonymous', tell: TellAttempt): Authenticate {
  if (check === 'anonymous') {
    return () => {
      tell('anonymous', 'ok');
      return { ok: true, sender: 'anonymous' };
    };
  }
  return ({ headers }) => {
    const key = keyOf(headers);
    if (key === undefined) {
      tell('api_key', 'missing');
      return refused('unauthenticated', 'Send an API key as "Authorization: Bearer egw_…" or "X-API-Key: egw_…"', {
        headers: challenge,
      });
    }
    const checked = check(key);
    tell('api_key', checked.ok ? 'ok' : checked.fault);
    if (checked.ok) return { ok: true, sender: checked.name };
    const detail =
      checked.fault === 'malformed'
        ? 'This is no API key of ours, or part of it is missing: copy it whole'
        : 'This API key is not known: it may have been revoked';
    return refused('unauthenticated', detail, { headers: challenge });
  };
}

function keyOf(headers: Accepted['headers']): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const header = headers['x-api-key'];
  return typeof header === 'string' && header !== '' ? header : undefined;
}

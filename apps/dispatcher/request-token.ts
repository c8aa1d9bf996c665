import * as z from 'zod';
import { nameError } from '../shared/log.ts';
import { readText } from '../shared/read-text.ts';
import { hide, type Secret } from '../shared/secret.ts';
import type { OAuth2 } from '../shared/target-auth-config.ts';

/** A call waits for it that was refused. */
export const answerMs = 5_000;

/** Of one answer; a token is a few KB. */
const mostBytes = 65_536;

/** Many servers take header fields of 8 KiB in all, of which the others need a part. */
const mostTokenChars = 7_168;

/** Of a token whose issuer says nothing (RFC 6749, §5.1, only recommends it): few live shorter. */
const unsaidLifeMs = 300_000;

/** A token that lives longer is asked for once a day all the same. */
const longestLifeMs = 86_400_000;

/** A token as it was given. */
export interface Issued {
  readonly token: Secret;
  /** Counted from when it was asked for. */
  readonly lifeMs: number;
}

/** Rejects with a sentence that tells the status and the code of what went wrong, and never the body. */
export type RequestToken = (clientSecret: Secret, signal: AbortSignal) => Promise<Issued>;

const seconds = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,10}$/)
      .transform(Number),
  ])
  .pipe(z.number().min(1));

const answer = z.object({
  // RFC 6749, appendix A.12, without the space: it goes into a header as it is.
  access_token: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .max(mostTokenChars),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: seconds.nullish(),
});

const says: Readonly<Record<string, string>> = {
  access_token: `without an access_token that a header could carry (visible ASCII, ${mostTokenChars} characters at most)`,
  token_type: 'without token_type bearer, the only one that is known here',
  expires_in: 'with an expires_in that is no number of seconds from 1 up',
};

/** RFC 6749, §5.2; what else stands there is its issuer's own, and told only if it is such a word. */
const problem = z.object({ error: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/) });

const advice: Readonly<Record<string, string>> = {
  invalid_client: 'correct oauth2.clientId, or the secret that oauth2.clientSecret names',
  invalid_scope: 'correct oauth2.scope',
  unauthorized_client: 'let its issuer allow this client the grant client_credentials',
  unsupported_grant_type: 'let its issuer allow the grant client_credentials',
};

/** The client credentials grant (RFC 6749, §4.4). It is no call of the target, so it takes no slot. */
export function createRequestToken(oauth2: OAuth2, ask: typeof fetch): RequestToken {
  const { clientId, scope, audience } = oauth2;
  const url = new URL(oauth2.tokenUrl);
  // Its query may hold what is nobody's business.
  const it = `The token endpoint ${url.origin}${url.pathname}`;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope === undefined ? {} : { scope }),
    ...(audience === undefined ? {} : { audience }),
  }).toString();

  return async (clientSecret, signal) => {
    const pair = `${formEncode(clientId)}:${formEncode(clientSecret.reveal())}`;
    const exchange = async () => {
      const response = await ask(url, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      });
      return { status: response.status, text: await readText(response, mostBytes) };
    };
    const { status, text } = await exchange().catch((error: unknown) => {
      throw new Error(
        `${it} does not answer (${nameError(error)}): correct oauth2.tokenUrl, or let the pod out to it`,
        { cause: error },
      );
    });
    if (status >= 300 && status < 400) {
      throw new Error(`${it} answered ${status}: redirects are not followed, so name the last address`);
    }
    if (text === undefined) throw new Error(`${it} answered ${status} with more than ${mostBytes} bytes`);
    const document = parseJson(text);
    if (status !== 200) {
      const { data } = problem.safeParse(document);
      const told = data === undefined ? '' : ` ${data.error}`;
      throw new Error(`${it} answered ${status}${told}: ${advice[data?.error ?? ''] ?? 'ask its issuer'}`);
    }
    const read = answer.safeParse(document);
    if (!read.success) {
      const member = read.error.issues[0]?.path[0];
      const fault = typeof member === 'string' ? says[member] : 'with what is no JSON object';
      throw new Error(`${it} answered 200 ${fault ?? ''}: correct oauth2.tokenUrl, or ask its issuer`);
    }
    const { access_token, expires_in } = read.data;
    const lifeMs = Math.min(typeof expires_in === 'number' ? expires_in * 1_000 : unsaidLifeMs, longestLifeMs);
    return { token: hide(access_token), lifeMs };
  };
}

/** RFC 6749, §2.3.1 and appendix B: also inside HTTP Basic. */
function formEncode(text: string): string {
  return new URLSearchParams({ x: text }).toString().slice('x='.length);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

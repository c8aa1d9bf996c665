import { errors, Pool } from 'undici';

/** A request as it is generated. Headers in their order; of one name there may be several. */
export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
}

export type Came =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      readonly text: string;
    }
  /** The connection ended without an answer. */
  | { readonly kind: 'closed'; readonly why: string }
  | { readonly kind: 'hang' }
  /** Nobody listens any more. */
  | { readonly kind: 'gone' }
  /** What no client can write. */
  | { readonly kind: 'unsendable' };

export interface Sender {
  readonly send: (request: Sent) => Promise<Came>;
  readonly close: () => Promise<void>;
}

/** An answer is due in half a second; what takes ten times that hangs, on a busy machine too. */
export const hangMs = 5_000;

const mostConnections = 48;

/** Sends over connections that are kept, each with a deadline. */
export function openSender(origin: string): Sender {
  const pool = new Pool(origin, {
    connections: mostConnections,
    headersTimeout: hangMs,
    bodyTimeout: hangMs,
    connectTimeout: hangMs,
  });
  return {
    async send({ method = 'POST', path = '/events', headers, body }) {
      try {
        const answer = await pool.request({
          method,
          path,
          headers: headers.flat(),
          ...(body === undefined ? {} : { body }),
        });
        const text = await answer.body.text();
        return { kind: 'answer', status: answer.statusCode, headers: answer.headers, text };
      } catch (error) {
        return whatCame(error);
      }
    },
    close: () => pool.destroy(),
  };
}

function whatCame(error: unknown): Came {
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError)
    return { kind: 'unsendable' };
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return { kind: 'hang' };
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'ECONNREFUSED' || code === 'UND_ERR_CONNECT_TIMEOUT') return { kind: 'gone' };
  return { kind: 'closed', why: code };
}

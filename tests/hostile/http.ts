import { Agent, request as ask } from 'node:http';

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
  readonly close: () => void;
}

/** An answer is due in half a second; what takes ten times that hangs, on a busy machine too. */
export const hangMs = 5_000;

const mostConnections = 48;

/** Sends over connections that are kept, each request with a deadline. */
export function openSender(origin: string): Sender {
  const { host, hostname, port } = new URL(origin);
  const agent = new Agent({ keepAlive: true, maxSockets: mostConnections });
  const send = ({ method = 'POST', path = '/events', headers, body = '' }: Sent) =>
    new Promise<Came>((resolve) => {
      const framing = [
        ['host', host],
        ['content-length', String(Buffer.byteLength(body))],
      ];
      const sent = ask({ agent, hostname, port, method, path, headers: [...framing, ...headers].flat() });
      const timer = setTimeout(() => end({ kind: 'hang' }), hangMs);
      const end = (came: Came) => {
        clearTimeout(timer);
        if (came.kind !== 'answer') sent.destroy();
        resolve(came);
      };
      sent.on('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('error', (error) => end({ kind: 'closed', why: error.message }));
        answer.on('end', () => end({ kind: 'answer', status: answer.statusCode ?? 0, headers: answer.headers, text }));
      });
      sent.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
        end(code === 'ECONNREFUSED' ? { kind: 'gone' } : { kind: 'closed', why: code }),
      );
      sent.end(body);
    });
  return {
    // Node throws what it cannot write before anything is sent.
    send: (request) =>
      send(request).catch((): Came => ({
        kind: 'unsendable',
      })),
    close: () => agent.destroy(),
  };
}

import type { IncomingMessage } from 'node:http';

/**
 * 2 MiB. An event is at most 1 MiB in the gateway and reaches the target as it was sent; the rest is room for the
 * document and for an `input` expression that repeats parts of it.
 */
const maxBytes = 2 * 2 ** 20;

export type Body =
  { kind: 'text'; text: string } | { kind: 'faulty'; status: 400 | 413; message: string } | { kind: 'left' };

const tooLarge: Body = {
  kind: 'faulty',
  status: 413,
  message: `The body is larger than ${maxBytes} bytes; send a smaller one.`,
};

/** A byte order mark is kept, as JSON forbids one. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(chunks: Buffer[]): Body {
  try {
    return { kind: 'text', text: utf8.decode(Buffer.concat(chunks)) };
  } catch {
    return { kind: 'faulty', status: 400, message: 'The body is not UTF-8; encode it so.' };
  }
}

/**
 * The body of a request. What exceeds the limit is told as soon as that is known, and thrown away as it comes: a
 * connection cut in the middle of an upload would cost the client the answer.
 */
export function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    if (Number(request.headers['content-length'] ?? 0) > maxBytes) resolve(tooLarge);
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(tooLarge);
      }
    });
    request.on('end', () => resolve(decode(chunks)));
    // A client that leaves in the middle is an error event, too; `close` comes in every case.
    request.on('error', () => undefined);
    request.on('close', () => resolve({ kind: 'left' }));
  });
}

export type Json = { kind: 'json'; value: unknown } | { kind: 'faulty'; status: 400; message: string };

export function parseJson(text: string): Json {
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'faulty', status: 400, message: `The body is not JSON: ${reason}` };
  }
}

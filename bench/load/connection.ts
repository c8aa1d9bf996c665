import { connect } from 'node:net';

/** Speaks HTTP/1.1, one request after the other. */
export interface Connection {
  /** Its own, to write a request into. */
  readonly bytes: Buffer;
  /** Calls `answered` once, with 0 where the connection broke first. */
  readonly send: (request: Buffer, answered: (status: number) => void) => void;
  /** Whether it can be sent another. */
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

const lengthField = /\r\ncontent-length: *(\d+)/i;
const closeField = /\r\nconnection: *close/i;
const lastChunk = '0\r\n\r\n';

/** The answer, once it is whole. */
function readAnswer(text: string): { readonly status: number; readonly isLast: boolean } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [, length] = lengthField.exec(text) ?? [];
  const isWhole = length === undefined ? text.endsWith(lastChunk) : text.length >= headEnd + 4 + Number(length);
  return isWhole ? { status: Number(text.slice(9, 12)), isLast: closeField.test(text) } : undefined;
}

export function openConnection(port: number, bytes: Buffer): Connection {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let open = true;
  let text = '';
  let waiting: ((status: number) => void) | undefined;
  const settle = (status: number) => {
    const answered = waiting;
    waiting = undefined;
    answered?.(status);
  };
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const answer = readAnswer(text);
    if (answer === undefined) return;
    text = '';
    if (answer.isLast) {
      open = false;
      socket.destroy();
    }
    settle(answer.status);
  });
  socket.on('error', () => undefined);
  socket.on('end', () => (open = false));
  socket.on('close', () => {
    open = false;
    settle(0);
  });
  return {
    bytes,
    send(request, answered) {
      waiting = answered;
      socket.write(request);
    },
    isOpen: () => open,
    close: () => void socket.destroy(),
  };
}

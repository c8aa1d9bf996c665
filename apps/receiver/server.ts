import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { connection } from './limits.ts';
import { everyAnswer, problemOf, refusals, type RefusalCode } from './refuse.ts';

/** The HTTP server with its limits; what Node itself turns away gets the same kind of answer as everything else. */
export function createReceiverServer(app: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: connection.headersTimeout,
      requestTimeout: connection.requestTimeout,
      connectionsCheckingInterval: connection.connectionsCheckingInterval,
      keepAliveTimeout: connection.keepAliveTimeout,
      maxHeaderSize: connection.maxHeaderSize,
    },
    app,
  );
  server.maxConnections = connection.maxConnections;
  server.maxRequestsPerSocket = connection.maxRequestsPerSocket;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    socket.end(rawAnswer(codeOf(error)));
    // Half-closed is not closed: a client that never closes its half would keep the socket for good.
    socket.setTimeout(connection.lingerTimeout, () => socket.destroy());
  });
  return server;
}

function codeOf({ code }: NodeJS.ErrnoException): RefusalCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'malformed';
}

function rawAnswer(code: RefusalCode): string {
  const { status, title, when, retry } = refusals[code];
  const body = JSON.stringify(problemOf({ code, detail: `This is no request that can be read: ${when}` }));
  return [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    ...Object.entries(everyAnswer).map(([name, value]) => `${name}: ${value}`),
    ...(retry ? ['Retry-After: 1'] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

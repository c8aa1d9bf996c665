import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { openTlsPair, type Pems, type TlsPairOptions } from '../shared/tls-pair.ts';
import { connection } from './limits.ts';
import { everyAnswer, problemOf, refusals, type RefusalCode } from './refuse.ts';

export interface ReceiverServer {
  readonly server: Server;
  /** Shows a certificate that was rotated, until the signal ends. */
  readonly follow: (signal: AbortSignal) => Promise<void>;
}

const limits = {
  headersTimeout: connection.headersTimeout,
  requestTimeout: connection.requestTimeout,
  connectionsCheckingInterval: connection.connectionsCheckingInterval,
  keepAliveTimeout: connection.keepAliveTimeout,
  maxHeaderSize: connection.maxHeaderSize,
};

/** Plain behind a balancer that speaks TLS, or with TLS of its own; rejects where its certificate cannot be used. */
export async function openReceiverServer(
  app: RequestListener,
  tls: Omit<TlsPairOptions, 'replaced'> | undefined,
): Promise<ReceiverServer> {
  if (tls === undefined) return { server: bound(createServer(limits, app)), follow: () => Promise.resolve() };
  const server = createTlsServer({ ...limits, handshakeTimeout: connection.headersTimeout }, app);
  // From TLS 1.2 on, by Node's default.
  const show = ({ certificate, key }: Pems) => server.setSecureContext({ cert: certificate, key });
  const pair = await openTlsPair({ ...tls, replaced: show });
  show(pair.pems());
  return { server: bound(server), follow: pair.follow };
}

/** What Node itself turns away gets the same kind of answer as everything else. */
function bound(server: Server): Server {
  server.setTimeout(connection.silenceTimeout);
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
    ...everyAnswer.map(([name, value]) => `${name}: ${value}`),
    ...(retry ? ['Retry-After: 1'] : []),
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

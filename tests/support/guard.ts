import {
  createServer as createHttpServer,
  request as pass,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Whether a call may pass, or the status that it is answered with. `client` is the name in the certificate that it showed. */
export type Admit = (request: IncomingMessage, body: Buffer, client: string | undefined) => number | undefined;

export interface Guard {
  readonly endpoint: string;
  /** The status of each call that did not pass. */
  readonly turnedAway: number[];
  admit: Admit;
  readonly close: () => Promise<void>;
}

/** Stands before a target and asks who calls; with `tls` it demands certificates besides. */
export async function startGuard(target: string, admit: Admit, tls?: ServerOptions): Promise<Guard> {
  const { hostname, port, pathname } = new URL(target);
  const clients = new Map<number | undefined, string>();
  const handle: RequestListener = (request, response) => {
    void buffer(request).then((body) => {
      const status = guard.admit(request, body, clients.get(request.socket.remotePort));
      if (status !== undefined) {
        guard.turnedAway.push(status);
        response.writeHead(status, { 'content-type': 'text/plain' }).end('Who are you?');
        return;
      }
      const { 'content-type': type, accept, 'idempotency-key': key = '' } = request.headers;
      const headers = { 'content-type': type, accept, 'idempotency-key': key };
      const onward = pass({ hostname, port, path: pathname, method: 'POST', headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      onward.end(body);
    });
  };
  const secure = tls && createTlsServer(tls, handle);
  secure?.on('secureConnection', (socket) => {
    clients.set(socket.remotePort, String(socket.getPeerCertificate().subject.CN));
  });
  const server = secure ?? createHttpServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const guard: Guard = {
    endpoint: `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    turnedAway: [],
    admit,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return guard;
}

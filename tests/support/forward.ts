import { request, type IncomingMessage, type ServerResponse } from 'node:http';

/** Passes a request on to a server as it came, and its answer back. `body`: what was read of it already. */
export function forward(to: URL, inbound: IncomingMessage, outbound: ServerResponse, body?: Buffer): void {
  const { method, url, headers } = inbound;
  const passed = request({ host: to.hostname, port: to.port, method, path: url, headers }, (answer) => {
    outbound.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outbound);
  });
  passed.on('error', () => outbound.destroy());
  if (body === undefined) inbound.pipe(passed);
  else passed.end(body);
}

/**
 * A GraphQL target that costs next to nothing, so that what is measured is its caller. LATENCY_MS is what each answer takes;
 * with SLOW_EVERY each event whose number is a multiple of it takes SLOW_MS. `/record` tells what it was called, and
 * `/arrivals?from=N` when, from the Nth call on: ms of the wall clock, which ran on by the monotonic one.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createArrivals } from './arrivals.ts';

const { LATENCY_MS = '5', SLOW_EVERY = '0', SLOW_MS = '0' } = process.env;
const latencyMs = Number(LATENCY_MS);
const slowEvery = Number(SLOW_EVERY);
const slowMs = Number(SLOW_MS);

const answer = '{"data":{"deliver":{"id":"1"}}}';
const headers = ['content-type', 'application/json', 'content-length', String(answer.length)];
const { timeOrigin } = performance;
const nowMs = () => timeOrigin + performance.now();

const arrivals = createArrivals();
let answered = 0;
let lastAnsweredMs = 0;

/** Events are numbered by the end of their id. */
const numbered = /"id":"[^"]*?(\d+)"/;

function isSlow(body: string): boolean {
  return Number(numbered.exec(body)?.[1]) % slowEvery === 0;
}

function deliver(request: IncomingMessage, response: ServerResponse): void {
  arrivals.add(nowMs());
  let body = '';
  const respond = () => {
    response.writeHead(200, headers);
    response.end(answer);
    answered++;
    lastAnsweredMs = nowMs();
  };
  // A body that nobody asks about is read and let go.
  if (slowEvery === 0) request.resume();
  else request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => setTimeout(respond, slowEvery > 0 && isSlow(body) ? slowMs : latencyMs));
}

function tell(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const server = createServer((request, response) => {
  const { url = '' } = request;
  if (url === '/graphql') deliver(request, response);
  else if (url === '/record') tell(response, { arrived: arrivals.count(), answered, lastAnsweredMs });
  else tell(response, arrivals.from(Number(url.replace('/arrivals?from=', ''))));
});
// A connection that is closed while its caller writes would look like a lost answer.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
});

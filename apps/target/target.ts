import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../shared/log.ts';
import { createAdminServer } from './admin.ts';
import type { Clock } from './clock.ts';
import type { Limit } from './limit.ts';
import { createCallServer } from './serve.ts';
import { createState } from './state.ts';

export interface TargetOptions {
  /** Name or address to listen on. */
  host: string;
  /** 0 for any that is free, as `adminPort`. */
  port: number;
  adminPort: number;
  limit: Limit;
  /** How long a commit takes. */
  latencyMs: number;
  /** Whether a key that was delivered takes no effect again. */
  honoursKeys: boolean;
  clock: Clock;
  log: Log;
}

export interface Listening {
  port: number;
  adminPort: number;
  /** Where GraphQL is served. */
  url: string;
  /** Where the record is read and faults are ordered; without a slash at the end. */
  adminUrl: string;
}

export interface Target {
  /** Rejects with the error of the operating system, its `port` told, where a port cannot be had; nothing listens then. */
  listen(): Promise<Listening>;
  /** Cuts every connection. What has not taken effect by then does not any more. */
  close(): Promise<void>;
}

const serverOptions = {
  /** Headers are one packet; slower is a stuck or a hostile client. */
  headersTimeout: 5_000,
  /** 2 MiB in 10 s is 200 KiB/s, and 10 s is how long a dispatcher waits for its answer anyway. Then Node says 408. */
  requestTimeout: 10_000,
  /** How often the two above are looked at; Node's own 30 s would make them half a minute late. */
  connectionsCheckingInterval: 1_000,
  /** Longer than clients keep idle connections, so that the client closes them: a server's close can cross a call. */
  keepAliveTimeout: 75_000,
};

/** More than a fleet under test opens. At 2 MiB a body they hold at most 2 GiB. */
const maxConnections = 1_024;

function createHttpServer(listener: RequestListener): Server {
  const server = createServer(serverOptions, listener);
  server.maxConnections = maxConnections;
  return server;
}

async function listenOn(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const close = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await close;
}

/** The other paths of the GraphQL port are no calls. */
function atGraphql(serveCall: RequestListener): RequestListener {
  return (request, response) => {
    const [path] = (request.url ?? '').split('?', 1);
    if (path === '/graphql') {
      serveCall(request, response);
      return;
    }
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('GraphQL is served at /graphql.\n');
  };
}

/**
 * A GraphQL API with a rate limit, faults on demand and a record of every call. Its limit is a sliding window log, its
 * mutation takes effect once for each key, unless it is told to know none.
 */
export function createTarget(options: TargetOptions): Target {
  const { host, port, adminPort, limit, latencyMs, honoursKeys, clock, log } = options;
  const closing = new AbortController();
  const state = createState(limit, honoursKeys);
  const graphql = createHttpServer(
    atGraphql(createCallServer({ state, clock, latencyMs, log, closing: closing.signal })),
  );
  const admin = createHttpServer(createAdminServer({ state, clock, log }));

  async function close(): Promise<void> {
    closing.abort();
    await Promise.all([closed(graphql), closed(admin)]);
  }

  return {
    async listen() {
      try {
        const ports = { port: await listenOn(graphql, host, port), adminPort: await listenOn(admin, host, adminPort) };
        closing.signal.throwIfAborted();
        const name = host.includes(':') ? `[${host}]` : host;
        const url = `http://${name}:${ports.port}/graphql`;
        return { ...ports, url, adminUrl: `http://${name}:${ports.adminPort}` };
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}

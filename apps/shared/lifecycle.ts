import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Why the app should not get work now, or `undefined` while all is well. */
export type Reason = () => string | undefined;

/** What is answered at a path. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface OpsOptions {
  readonly metrics: { readonly metrics: () => Promise<string>; readonly contentType: string };
  /** The process is beyond help and wants to be replaced. */
  readonly unhealthy: Reason;
  /** The process wants no new work for now. */
  readonly unready: Reason;
  /** What else an app tells of itself; `undefined` where it tells nothing at this path. */
  readonly page?: (path: string) => Promise<Page> | undefined;
}

/**
 * The port that Kubernetes and Prometheus look at: `/healthz`, `/readyz` and `/metrics`. A port of its own, so that
 * none of it is ever reachable from where events come in.
 */
export function createOps({ metrics, unhealthy, unready, page }: OpsOptions): Server {
  const probe = (reason: string | undefined): Page => ({
    status: reason === undefined ? 200 : 503,
    type: 'text/plain; charset=utf-8',
    body: reason ?? 'ok',
  });
  const answer = async (path: string): Promise<Page> => {
    if (path === '/healthz') return probe(unhealthy());
    if (path === '/readyz') return probe(unhealthy() ?? unready());
    if (path === '/metrics') return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
    const other = await page?.(path);
    if (other !== undefined) return other;
    return { status: 404, type: 'text/plain; charset=utf-8', body: 'There is /healthz, /readyz and /metrics here' };
  };
  return createServer((request, response) => {
    answer(request.url?.split('?')[0] ?? '').then(
      ({ status, type, body }) =>
        response.writeHead(status, { 'content-type': type }).end(body.endsWith('\n') ? body : `${body}\n`),
      () => response.writeHead(500).end(),
    );
  });
}

/** Listens, and resolves with the port; a busy one is told in a sentence that says what to do. */
export async function listen(server: Server, port: number, host?: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') reject(error);
      else reject(new Error(`Port ${port} is in use: stop what listens there, or choose another port`));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Closes a server whose clients may keep connections open: idle ones at once, busy ones when their answer is out. */
export async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

/**
 * A signal that aborts at the first SIGTERM or SIGINT, with the signal's name as reason. A second one finds no handler
 * any more and ends the process at once: whoever asks twice means it. Whoever listened before (early-end.ts) listens no more.
 */
export function untilSignal(signals: Pick<NodeJS.Process, 'on' | 'listeners' | 'removeListener'>): AbortSignal {
  const controller = new AbortController();
  const names = ['SIGTERM', 'SIGINT'] as const;
  const stop = (name: NodeJS.Signals) => {
    for (const each of names) signals.removeListener(each, stop);
    controller.abort(name);
  };
  for (const each of names) {
    // A signal that came while modules were loading waits for the event loop, and is lost where nobody listens for a moment:
    // so the one comes before the others go.
    signals.on(each, stop);
    // Node types all listeners as Function, and removes what is identical.
    for (const other of signals.listeners(each)) if (other !== stop) signals.removeListener(each, other as typeof stop);
  }
  return controller.signal;
}

/** Resolves when the signal ends, and at once where it has: one may come before anybody waits for it. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

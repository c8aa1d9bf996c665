import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface TokenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface TokenEndpoint {
  readonly url: string;
  /** All that came, in their order. */
  readonly requests: TokenRequest[];
  /** All that were given, in their order, and when. */
  readonly given: { readonly token: string; readonly atMs: number }[];
  /** Of the next tokens, in seconds. */
  lifeSeconds: number | undefined;
  /** In the place of the next answers. */
  answer: ((response: ServerResponse) => void) | undefined;
  /** Resolves when so many requests came. */
  readonly asked: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The token endpoint of an authorisation server (RFC 6749, §3.2): each request is given a new token. */
export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      endpoint.requests.push({ headers: request.headers, body });
      for (const look of waiting) look();
      if (endpoint.answer !== undefined) {
        endpoint.answer(response);
        return;
      }
      const token = `token-${randomUUID()}`;
      endpoint.given.push({ token, atMs: performance.now() });
      const { lifeSeconds } = endpoint;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: lifeSeconds }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: TokenEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/token`,
    requests: [],
    given: [],
    lifeSeconds: 3_600,
    answer: undefined,
    asked: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (endpoint.requests.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}

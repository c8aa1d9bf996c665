import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose';

export interface IssuerDouble {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  /** In the place of its own answers, where it gives one. */
  answer: ((path: string, response: ServerResponse) => ServerResponse | undefined) | undefined;
  /** Signs with a key of its own, published under its `kid`. */
  readonly sign: (claims: JWTPayload, more?: SignOptions) => Promise<string>;
  /** From now on it signs with another key. */
  readonly rotate: (alg?: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface SignOptions {
  readonly kid?: string;
  /** With an end, as all should be. */
  readonly lasts?: boolean;
}

/** An OpenID provider: discovery, keys, and tokens signed by them. */
export async function startIssuer(): Promise<IssuerDouble> {
  const published: JWK[] = [];
  const asked: string[] = [];
  let current: { kid: string; alg: string; key: CryptoKey } | undefined;
  const rotate = async (alg = 'ES256') => {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const kid = `key-${published.length}`;
    published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
    current = { kid, alg, key: privateKey };
  };
  await rotate();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    asked.push(path);
    if (issuer.answer?.(path, response) !== undefined) return;
    const document =
      path === '/.well-known/openid-configuration'
        ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
        : { keys: published };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  };
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: IssuerDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: undefined,
    async sign(claims, { kid, lasts = true } = {}) {
      if (current === undefined) throw new Error('There is no key');
      const token = new SignJWT({
        iss: issuer.url,
        aud: 'event-gateway',
        ...(lasts ? { exp: Math.floor(Date.now() / 1_000) + 300 } : {}),
        ...claims,
      });
      return token.setProtectedHeader({ alg: current.alg, kid: kid ?? current.kid }).sign(current.key);
    },
    rotate,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}

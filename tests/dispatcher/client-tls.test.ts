import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnections } from '../../apps/dispatcher/connection.ts';
import { createDispatch, presence } from '../../apps/dispatcher/dispatch.ts';
import { createReadSecret } from '../../apps/shared/secrets.ts';
import { openTlsPair } from '../../apps/shared/tls-pair.ts';
import { createAuthority, type Pair } from '../support/certificates.ts';

const now = () => performance.now();
const authority = createAuthority('Authority');
const stranger = createAuthority('Stranger');
const refs = { certificate: { env: 'CERTIFICATE' }, key: { env: 'KEY' }, ca: { env: 'CA' } };

/** Our side of TLS from an environment that can be changed, and what was told of it. */
async function open(pair: Pair, ca = authority.certificate) {
  const env = { CERTIFICATE: pair.certificate, KEY: pair.key, CA: ca };
  const told: string[] = [];
  const nowhere = () => Promise.reject(new Error('There is none'));
  const readSecret = createReadSecret({ env, readFile: nowhere, awsSecret: nowhere, awsParameter: nowhere });
  const tls = await openTlsPair({ refs, readSecret, unusable: (fault) => void told.push(fault), clock: Date.now });
  const put = (next: Pair) => {
    [env.CERTIFICATE, env.KEY] = [next.certificate, next.key];
    return tls.refresh();
  };
  return { ...tls, put, told };
}

const faultOf = async (pair: Pair, ca?: string): Promise<string> => {
  const fault: unknown = await open(pair, ca).catch((error: unknown) => error);
  if (!(fault instanceof Error)) throw new Error('It was taken');
  expect(fault.message).not.toContain('BEGIN');
  return fault.message;
};
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);

describe('a certificate', () => {
  const mine = authority.issue('client');
  it.each<[string, Pair, string]>([
    ['no PEM', { ...mine, certificate: 'garbage' }, 'The certificate at environment variable CERTIFICATE is no PEM'],
    ['without a key', { ...mine, key: 'garbage' }, 'The key at environment variable KEY is no PEM'],
    ['of another key', { ...mine, key: authority.issue('other').key }, 'is of another key than the one at'],
    ['over', authority.issue('client', { from: ago(2), to: ago(1) }), 'ended on 20'],
    ['to come', authority.issue('client', { from: ago(-1), to: ago(-2) }), 'begins on 20'],
  ])('is not taken where it is %s', async (_name, pair, says) => {
    expect(await faultOf(pair)).toContain(says);
  });

  it('needs somebody to trust, where one is named', async () => {
    expect(await faultOf(mine, 'garbage')).toContain('The certificate at environment variable CA is no PEM');
  });

  it('stays where the new one cannot be used, which is told once', async () => {
    const { context, put, told } = await open(mine);
    const before = context();
    const other = authority.issue('client');
    await put({ ...mine, key: other.key });
    await put({ ...mine, key: other.key });
    expect([context() === before, told.length]).toEqual([true, 1]);
    await put(mine);
    expect(context()).toBe(before);
    await put(other);
    expect(context()).not.toBe(before);
  });
});

describe('a target that demands a certificate', () => {
  const seen: string[] = [];
  const clients = new Map<number | undefined, string>();
  const { certificate: cert, key } = authority.issue('target');
  const options = { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, (request, response) => {
    seen.push(clients.get(request.socket.remotePort) ?? 'nobody');
    request.resume().on('end', () => response.end('{"data":{"__typename":"Query"}}'));
  });
  server.on('secureConnection', (socket) => {
    clients.set(socket.remotePort, String(socket.getPeerCertificate().subject.CN));
  });
  let endpoint: URL;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const call = { operation: presence, variables: '{}', traceparent: '', credential: {} };
  const slot = () => ({ dueMs: now(), lateMs: now() + 10_000 });
  type Send = () => Promise<string>;
  async function withDispatch(secureContext: () => SecureContext, use: (send: Send) => Promise<void>) {
    const connections = createConnections({ endpoint, connections: 2, timeoutMs: 2_000, secureContext, now });
    const dispatch = createDispatch(endpoint, connections, 2_000);
    const send = async () => {
      connections.warm(1);
      const answer = await dispatch(call, slot(), () => true);
      return 'why' in answer ? `${answer.kind}: ${answer.why}` : answer.kind;
    };
    await use(send).finally(() => connections.close());
  }

  it('sees it, and with the next connection another one', async () => {
    const { context, put } = await open(authority.issue('client-1'));
    await withDispatch(context, async (send) => {
      expect([await send(), await send()]).toEqual(['graphql', 'graphql']);
      expect(clients.size).toBe(1);
      await put(authority.issue('client-2'));
      expect([await send(), await send()]).toEqual(['graphql', 'graphql']);
      expect(seen).toEqual(['client-1', 'client-1', 'client-2', 'client-2']);
      expect(clients.size).toBe(2);
    });
  });

  it('is unreachable, and nothing in doubt, where it refuses ours or we do not trust its own', async () => {
    const showsNothing = createSecureContext({ ca: authority.certificate });
    await withDispatch(
      () => showsNothing,
      async (send) => {
        for (let i = 0; i < 5; i++) expect(await send()).toMatch(/^unreachable/);
      },
    );
    const { context } = await open(authority.issue('client'), stranger.certificate);
    await withDispatch(context, async (send) => {
      expect(await send()).toMatch(/^unreachable/);
    });
    expect(seen).not.toContain('nobody');
  });
});

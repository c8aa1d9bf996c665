import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect as connectPlainly } from 'node:net';
import { connect, TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { sign } from '@octokit/webhooks-methods';
import { openReceiverServer } from '../../apps/receiver/server.ts';
import { close, listen } from '../../apps/shared/lifecycle.ts';
import { createReadSecret } from '../../apps/shared/secrets.ts';
import { createAuthority, type Pair } from '../support/certificates.ts';
import { startReceiver, type Receiver } from './harness.ts';

const authority = createAuthority('Authority');

const tlsOf = (folder: string) => ({
  certificate: { file: join(folder, 'tls.crt') },
  key: { file: join(folder, 'tls.key') },
});
const start = (pair: Pair) =>
  startReceiver({
    files: { 'tls.crt': pair.certificate, 'tls.key': pair.key },
    tls: tlsOf,
  });

/** Sends an event, and tells the status and whose certificate was shown. */
async function send({ port, key }: Pick<Receiver, 'port' | 'key'>, options: object = {}) {
  const sent = request({
    host: 'localhost',
    port,
    method: 'POST',
    path: '/events',
    ca: authority.certificate,
    agent: false,
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    ...options,
  });
  sent.end('{"id":"secured"}');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { socket } = response;
  if (!(socket instanceof TLSSocket)) throw new Error('It came without TLS');
  const { subject } = socket.getPeerCertificate();
  response.resume();
  return { status: response.statusCode, name: subject.CN, protocol: socket.getProtocol() };
}

describe('a receiver with a certificate', () => {
  it('takes events over TLS alone, from 1.2 on', async () => {
    const receiver = await start(authority.issue('one'));
    expect(await send(receiver)).toEqual({ status: 202, name: 'one', protocol: 'TLSv1.3' });
    expect(await send(receiver, { maxVersion: 'TLSv1.2' })).toMatchObject({ status: 202, protocol: 'TLSv1.2' });
    const old = connect({ port: receiver.port, ca: authority.certificate, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol|alert/i);
    await expect(fetch(`http://127.0.0.1:${receiver.port}/openapi.json`)).rejects.toThrow();
    await receiver.close();
  });

  it('shows the next one once it is rotated, and keeps it where the one after cannot be used', async () => {
    const nowhere = () => Promise.reject(new Error('There is none'));
    const env: Record<string, string> = {};
    const put = ({ certificate, key }: Pair) => Object.assign(env, { CERTIFICATE: certificate, KEY: key });
    const readSecret = createReadSecret({ env, readFile: nowhere, awsSecret: nowhere, awsParameter: nowhere });
    const faults: string[] = [];
    put(authority.issue('one'));
    const { server, follow } = await openReceiverServer((_request, response) => response.writeHead(202).end(), {
      refs: { certificate: { env: 'CERTIFICATE' }, key: { env: 'KEY' } },
      readSecret,
      unusable: (fault) => faults.push(fault),
      clock: Date.now,
    });
    const port = await listen(server, 0, '127.0.0.1');
    const read = async () => {
      const end = new AbortController();
      const following = follow(end.signal);
      end.abort();
      await following;
      return (await send({ port, key: '' })).name;
    };
    expect(await read()).toBe('one');
    put(authority.issue('two'));
    expect(await read()).toBe('two');
    put({ ...authority.issue('three'), key: authority.issue('four').key });
    expect(await read()).toBe('two');
    expect(faults).toEqual([expect.stringContaining('of another key')]);
    await close(server);
  });

  it('finds by itself what is rotated while it runs, a secret of a webhook too', async () => {
    const [before, after] = [authority.issue('before'), authority.issue('after')];
    const receiver = await startReceiver({
      files: { secret: 'the secret before it', 'tls.crt': before.certificate, 'tls.key': before.key },
      webhooks: (folder) => ({ github: { scheme: 'github', secret: { file: join(folder, 'secret') } } }),
      tls: tlsOf,
    });
    const body = '{"id":"secured"}';
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature-256': await sign('the secret after it', body),
      'x-github-delivery': 'rotated',
      'x-github-event': 'ping',
    };
    const look = async () => {
      const { status, name } = await send(receiver, { path: '/webhooks/github', headers });
      return { status, name };
    };
    expect(await look()).toEqual({ status: 401, name: 'before' });
    const put = (name: string, text: string) => writeFile(join(receiver.folder, name), text);
    await Promise.all([
      put('secret', 'the secret after it'),
      put('tls.crt', after.certificate),
      put('tls.key', after.key),
    ]);
    // Both are read again each minute.
    let seen = await look();
    for (const untilMs = performance.now() + 70_000; performance.now() < untilMs; seen = await look()) {
      if (seen.status === 202 && seen.name === 'after') break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await receiver.close();
    expect(seen).toEqual({ status: 202, name: 'after' });
  }, 90_000);

  it('waits for no hello that never comes', async () => {
    const receiver = await start(authority.issue('one'));
    const socket = connectPlainly({ port: receiver.port, host: '127.0.0.1' }).on('error', () => undefined);
    const startedMs = performance.now();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    await receiver.close();
  }, 30_000);

  it('does not start with a certificate of another key, and says so', async () => {
    const pair = { certificate: authority.issue('one').certificate, key: authority.issue('two').key };
    await expect(start(pair)).rejects.toThrow(/is of another key than the one at file/);
  });
});

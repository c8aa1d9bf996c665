import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { targetConfig } from '../receiver/harness.ts';
import { startServer, type Server } from './server.ts';

const run = promisify(execFile);

describe('a Redis behind TLS with a CA of its own', () => {
  let folder: string;
  let server: Server;
  const file = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
    const key = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`)];
    await run('openssl', ['req', '-x509', ...key('ca'), '-out', file('ca.crt'), '-days', '1', '-subj', '/CN=a CA']);
    await run('openssl', ['req', ...key('redis'), '-out', file('redis.csr'), '-subj', '/CN=redis']);
    // A name, and no address: a client that asks by address asks another server.
    await writeFile(file('names'), 'subjectAltName=DNS:localhost');
    const sign = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('names')];
    await run('openssl', ['x509', '-req', '-in', file('redis.csr'), ...sign, '-out', file('redis.crt'), '-days', '1']);
    const tls = ['--tls-cert-file', file('redis.crt'), '--tls-key-file', file('redis.key')];
    server = await startServer((port) => {
      const others = ['--tls-ca-cert-file', file('ca.crt'), '--tls-auth-clients', 'no'];
      return ['--port', '0', '--tls-port', port, ...tls, ...others];
    });
    const targets = { crm: targetConfig(['*'], 'http://127.0.0.1:1/000000000000/events') };
    await writeFile(file('gateway.yaml'), stringify({ auth: { allowAnonymous: true }, targets }));
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const open = async (url: string, more: Record<string, string>) => {
    const env = { EGW_CONFIG: file('gateway.yaml'), REDIS_URL: url, ...more };
    const args = ['apps/cli/main.ts', 'limit', 'open', 'crm'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said };
  };

  it('is reached by rediss:// where NODE_EXTRA_CA_CERTS names the CA', async () => {
    const { code, said } = await open(`rediss://localhost:${server.port}`, { NODE_EXTRA_CA_CERTS: file('ca.crt') });
    expect({ code, said }).toMatchObject({ code: 0 });
  });

  it('is refused where nobody vouches for it', async () => {
    const { code, said } = await open(`rediss://localhost:${server.port}`, {});
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('cannot be reached') });
  });

  it('is refused under a name that its certificate has not', async () => {
    const env = { NODE_EXTRA_CA_CERTS: file('ca.crt') };
    const { code, said } = await open(`rediss://127.0.0.1:${server.port}`, env);
    expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('cannot be reached') });
  });
});

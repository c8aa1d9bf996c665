import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { readConfig } from '../../apps/receiver/config.ts';
import { startApp } from '../support/process.ts';
import { targetConfig } from './harness.ts';

const targets = { crm: targetConfig(['*'], 'https://sqs.example/1/events') };
const record = { id: '0123456789ab', name: 'shop', salt: 's'.repeat(22), sha256: 'a'.repeat(64) };

/** Reads a configuration of these files, at /etc/egw/gateway.yaml. */
function read(gateway: object | string, files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const all: Record<string, string> = {
    '/etc/egw/gateway.yaml': typeof gateway === 'string' ? gateway : stringify(gateway),
    ...files,
  };
  return readConfig({ EGW_CONFIG: '/etc/egw/gateway.yaml', ...env }, (path) => {
    const text = all[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  });
}

function faultsOf(result: Awaited<ReturnType<typeof readConfig>>): Record<string, string> {
  if (result.ok) throw new Error('The configuration was accepted');
  return Object.fromEntries(result.faults.map(({ path, message }) => [path, message]));
}

describe('the configuration', () => {
  it('is read with its keys and schemas, from beside the file', async () => {
    const result = await read(
      { auth: { apiKeys: { file: 'keys.json' } }, schemas: { 'order.created': 'order.json' }, targets },
      { '/etc/egw/keys.json': JSON.stringify({ keys: [record] }), '/etc/egw/order.json': '{"type":"object"}' },
    );
    expect(result).toMatchObject({
      ok: true,
      config: { apiKeys: { path: '/etc/egw/keys.json', records: [record] }, port: 8_080, opsPort: 9_090 },
    });
    expect(result.ok && result.config.schemas.get('order.created')?.schema).toEqual({ type: 'object' });
    expect(result.ok && result.config.gateway.enrich).toEqual({ brand: 'testBrand' });
  });

  it('lets anyone in only where it says so', async () => {
    expect(await read({ auth: { allowAnonymous: true }, targets })).toMatchObject({
      ok: true,
      config: { apiKeys: undefined },
    });
    expect(faultsOf(await read({ auth: {}, targets }))).toEqual({ auth: expect.stringContaining('allowAnonymous') });
    expect(faultsOf(await read({ targets }))).toHaveProperty('auth');
    const both = { apiKeys: { file: 'keys.json' }, allowAnonymous: true };
    expect(faultsOf(await read({ auth: both, targets }))).toHaveProperty('auth');
  });

  it('is told all its faults at once', async () => {
    const broken = {
      auth: { allowAnonymous: true },
      enrich: { 'Not-A-Name': 'x' },
      inbound: { requests: 0, per: '5 minutes' },
      cors: { origins: [] },
      extra: 1,
      targets: { CRM: targets.crm },
    };
    const faults = faultsOf(await read(broken, {}, { PORT: '70000', REDIS_URL: 'http://redis', LOG_LEVEL: 'loud' }));
    expect(Object.keys(faults).sort()).toEqual(
      [
        '',
        'LOG_LEVEL',
        'PORT',
        'REDIS_URL',
        'cors.origins',
        'enrich.Not-A-Name',
        'inbound.per',
        'inbound.requests',
        'targets.CRM',
      ].sort(),
    );
  });

  it.each<[string, object, string, RegExp]>([
    ['a list of issuers', { jwt: [{ issuer: 'https://x' }] }, 'auth.jwt', /no map by name.*\{ aws: \{ issuer/],
    ['a list of webhooks', { webhooks: [{ scheme: 'github' }] }, 'auth.webhooks', /no map by name.*\{ github: \{/],
    [
      'a secret where a reference belongs',
      { webhooks: { github: { scheme: 'github', secret: 'hush-hush' } } },
      'auth.webhooks.github.secret',
      /write \{ env: NAME \}/,
    ],
    [
      'a key file that nobody made',
      { apiKeys: { file: 'no.json' } },
      'auth.apiKeys.file',
      /make it with egw keys new .*no\.json/,
    ],
    [
      'an issuer by the name of other senders',
      { jwt: { sts: { issuer: 'https://x', audience: 'a', subjects: ['*'] } } },
      'auth.jwt.sts',
      /choose another/,
    ],
    [
      'anonymous senders beside keys',
      { allowAnonymous: true, sts: { audience: 'a', regions: ['eu-west-1'], subjects: ['*'] } },
      'auth',
      /lets everybody in past the keys/,
    ],
  ])('says what to do about %s', async (_what, auth, path, says) => {
    const faults = faultsOf(await read({ auth, targets }));
    expect(faults[path]).toMatch(says);
    expect(JSON.stringify(faults)).not.toContain('hush-hush');
  });

  it('is told the faults of key file, schemas and environment at once', async () => {
    const gateway = {
      auth: { apiKeys: { file: 'keys.json' } },
      schemas: { missing: 'missing.json', text: 'text.json', wrong: 'wrong.json' },
      targets,
    };
    const files = {
      '/etc/egw/keys.json': JSON.stringify({ keys: [{ ...record, sha256: 'short-secret' }] }),
      '/etc/egw/text.json': 'not json',
      '/etc/egw/wrong.json': '{"type":"nonsense"}',
    };
    const faults = faultsOf(await read(gateway, files, { PORT: 'x' }));
    expect(Object.keys(faults)).toEqual([
      'PORT',
      'auth.apiKeys.file',
      'schemas.missing',
      'schemas.text',
      'schemas.wrong',
    ]);
    expect(faults['auth.apiKeys.file']).toContain('sha256');
    expect(faults['auth.apiKeys.file']).not.toContain('short-secret');
  });

  it.each([
    ['no file', {}, 'EGW_CONFIG'],
    ['an empty name', { EGW_CONFIG: '' }, 'EGW_CONFIG'],
    ['a file that is not there', { EGW_CONFIG: '/nowhere' }, 'EGW_CONFIG'],
  ])('needs a file: %s', async (_what, env: Record<string, string>, path) => {
    const result = await readConfig(env, () => {
      throw new Error('ENOENT');
    });
    expect(faultsOf(result)).toHaveProperty(path);
  });

  it('must be YAML', async () => {
    expect(faultsOf(await read('a: [1'))['']).toContain('is not YAML');
    expect(faultsOf(await read(''))).toHaveProperty('targets');
  });

  it('stops the process before it listens, and says why', async () => {
    const started = startApp('receiver', { EGW_CONFIG: '/nowhere/gateway.yaml', PORT: 'x' });
    await expect(started).rejects.toThrow(
      /ended with 1 .*\n\s+PORT: .*\n\s+EGW_CONFIG: names .*gateway\.yaml, which cannot be read \(Error ENOENT\): put gateway\.yaml there/,
    );
  });

  it('stops the process where nothing says in which region the queues are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
    await writeFile(join(folder, 'gateway.yaml'), stringify({ auth: { allowAnonymous: true }, targets }));
    const env = { EGW_CONFIG: join(folder, 'gateway.yaml'), PORT: '0', OPS_PORT: '0', HOME: folder };
    await expect(startApp('receiver', env)).rejects.toThrow(/ended with 1 .*AWS_REGION is not set: name the region/);
    await rm(folder, { recursive: true });
  });
});

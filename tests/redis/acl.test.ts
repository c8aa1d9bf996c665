import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRedis, followServer, type Redis } from '../../apps/shared/redis.ts';
import { spendDay } from '../security/whole-day.ts';
import { startServer, type Server } from './server.ts';

const password = 'a-password-of-the-test';
const rule = readFileSync('docs/redis.acl', 'utf8').trim();
const allowed = [...rule.matchAll(/ \+([a-z|]+)/g)].map(([, command = '']) => command);

describe('docs/redis.acl', () => {
  let server: Server;
  let admin: Redis;
  beforeAll(async () => {
    server = await startServer((port) => ['--port', port]);
    admin = createRedis(`redis://127.0.0.1:${server.port}`);
    await admin.connect();
    const sha256 = createHash('sha256').update(password).digest('hex');
    const [, name = '', ...rules] = rule.replace('REPLACE-WITH-SHA256-OF-THE-PASSWORD', sha256).split(' ');
    await admin.acl('SETUSER', name, ...rules);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  const url = () => `redis://event-gateway:${password}@127.0.0.1:${server.port}`;
  const denied = async () => ((await admin.acl('LOG')) as unknown[]).map(String);

  it('lets both apps and egw do all that they do', async () => {
    await spendDay({ redis: { port: server.port, url: url() } });
    await spendDay({ redis: { port: server.port, url: url() }, limit: 'shared' });
    expect(await denied()).toEqual([]);
  }, 240_000);

  it('allows nothing that is not done: each command is called, or stands in a script', async () => {
    const stats = await admin.info('commandstats');
    const called = [...stats.matchAll(/^cmdstat_([a-z]+):calls=/gm)].map(([, command = '']) => command);
    const scripts = [...globSync('apps/**/*.{lua,ts}'), 'node_modules/rate-limiter-flexible/lib/RateLimiterRedis.js'];
    const inScripts = scripts.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/redis\.call\('(\w+)'/g)].map(([, command = '']) =>
        command.toLowerCase(),
      ),
    );
    const done = new Set([...called, ...inScripts, 'auth']);
    expect(allowed.filter((command) => !done.has(command))).toEqual([]);
    expect(inScripts.filter((command) => !allowed.includes(command))).toEqual([]);
  });

  it.each([
    ['another key', (redis: Redis) => redis.get('not-ours')],
    ['another channel', (redis: Redis) => redis.subscribe('not-ours')],
    ['what all keys are', (redis: Redis) => redis.keys('*')],
    ['its settings', (redis: Redis) => redis.config('GET', '*')],
    ['to forget everything', (redis: Redis) => redis.flushall()],
    ['another key from a script', (redis: Redis) => redis.eval("return redis.call('GET', 'not-ours')", 0)],
  ])('denies %s', async (_what, ask) => {
    const redis = createRedis(url());
    await redis.connect();
    await expect(ask(redis)).rejects.toThrow(/NOPERM|can't access|ACL failure/);
    redis.disconnect();
  });

  it('is enough without INFO: the apps then do without what it tells', async () => {
    await admin.acl('SETUSER', 'event-gateway', '-info');
    const redis = createRedis(url());
    const serverId = followServer(redis);
    await redis.connect();
    await expect(redis.get('egw:{tests}:nothing')).resolves.toBeNull();
    expect(serverId()).toBe('not told');
    await admin.acl('SETUSER', 'event-gateway', '+info');
    redis.disconnect();
  });

  it('with one command less is too little, and ACL LOG tells of it', async () => {
    await admin.acl('LOG', 'RESET');
    await admin.acl('SETUSER', 'event-gateway', '-time');
    const redis = createRedis(url());
    await redis.connect();
    await expect(redis.time()).rejects.toThrow('NOPERM');
    redis.disconnect();
    expect((await denied()).join()).toContain('time');
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { logKey, scheduleKey } from '../../apps/shared/state-keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const run = promisify(execFile);

describe('egw limit open', () => {
  let redis: TestRedis;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    redis = await startRedis();
    folder = await mkdtemp(join(tmpdir(), 'egw-test-'));
    const queue = 'https://sqs.eu-west-1.amazonaws.com/1/crm';
    const gateway = {
      auth: { allowAnonymous: true },
      targets: {
        crm: {
          queue: { url: queue, deadLetterUrl: `${queue}-dead` },
          graphql: {
            endpoint: 'https://crm.example/graphql',
            mutation: 'mutation ($input: I!) { deliver(input: $input) }',
          },
          limit: {
            windows: [
              { calls: 5, per: '1s' },
              { calls: 4_000, per: '1h' },
            ],
          },
        },
      },
    };
    await writeFile(join(folder, 'gateway.yaml'), stringify(gateway));
    env = {
      EGW_CONFIG: join(folder, 'gateway.yaml'),
      EGW_INSTANCE: 'cli-tests',
      REDIS_URL: `redis://127.0.0.1:${redis.redis.options.port ?? 0}`,
    };
  });
  afterAll(async () => {
    await redis.close();
    await rm(folder, { recursive: true });
  });

  const egw = async (args: readonly string[], more: Record<string, string> = {}) => {
    try {
      const { stdout, stderr } = await run(process.execPath, ['apps/cli/main.ts', ...args], {
        env: { ...env, ...more },
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };

  it('opens the schedule and the log of every long window, and changes nothing the second time', async () => {
    expect(await egw(['limit', 'open', 'crm'])).toEqual({
      code: 0,
      stdout: 'The limit of crm (cli-tests) is open.\n',
      stderr: '',
    });
    const schedule = await redis.redis.get(scheduleKey('cli-tests', 'crm'));
    expect(Number(schedule)).toBeGreaterThan(1e15);
    const log = await redis.redis.hgetall(logKey('cli-tests', 'crm', 3_600_000));
    expect(log).toEqual({ closed: '0', sum: '0', tail: '0', head: '0' });
    expect((await egw(['limit', 'open', 'crm'])).code).toBe(0);
    expect(await redis.redis.get(scheduleKey('cli-tests', 'crm'))).toBe(schedule);
  });

  it.each<[string, string[], Record<string, string>, number, RegExp]>([
    ['another word', ['limit', 'close', 'crm'], {}, 2, /^There is no command limit close crm\.\n\negw limit open/],
    ['no target', ['limit', 'open'], {}, 2, /^Name one target\./],
    ['a target that is not there', ['limit', 'open', 'erp'], {}, 2, /^There is no target erp: .* has only crm\./],
    ['no configuration', ['limit', 'open', 'crm'], { EGW_CONFIG: '' }, 1, /EGW_CONFIG: /],
    [
      'a file that is not there',
      ['limit', 'open', 'crm'],
      { EGW_CONFIG: '/nowhere' },
      1,
      /names \/nowhere, which cannot/,
    ],
    [
      'no Redis',
      ['limit', 'open', 'crm'],
      { REDIS_URL: 'redis://127.0.0.1:1' },
      1,
      /^Redis at 127\.0\.0\.1:1 cannot be reached/,
    ],
  ])('says what is wrong: %s', async (_what, args, more, code, says) => {
    const ended = await egw(args, more);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(says);
  });

  it('explains itself', async () => {
    expect(await egw(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('egw limit open TARGET') });
  });
});

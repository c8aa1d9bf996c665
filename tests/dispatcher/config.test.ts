import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../apps/dispatcher/config.ts';

const yaml = (graphql: readonly string[] = []) =>
  [
    'auth: { allowAnonymous: true }',
    'targets:',
    '  crm:',
    '    queue: { url: https://sqs.eu-west-1.amazonaws.com/1/events, deadLetterUrl: https://sqs.eu-west-1.amazonaws.com/1/dead }',
    '    graphql:',
    '      endpoint: https://crm.example/graphql',
    ...(graphql.length > 0 ? graphql : ["      mutation: 'mutation ($input: I!) { deliver(input: $input) { id } }'"]),
    '    limit: { windows: [{ calls: 5, per: 1s }] }',
  ].join('\n');
const environment = { EGW_CONFIG: '/gateway.yaml', EGW_TARGET: 'crm' };

function faultsOf(env: Record<string, string>, text = yaml()): Record<string, string> {
  const result = readConfig(env, () => text);
  if (result.ok) throw new Error('the configuration has no faults');
  return Object.fromEntries(result.faults.map(({ path, message }) => [path, message]));
}

describe('the configuration of a dispatcher', () => {
  it('is read with defaults', () => {
    const result = readConfig(environment, (path) => (path === '/gateway.yaml' ? yaml() : ''));
    expect(result).toMatchObject({
      ok: true,
      config: {
        target: 'crm',
        instance: 'local',
        redisUrl: 'redis://127.0.0.1:6379',
        opsPort: 9_090,
        host: undefined,
        logLevel: 'info',
        mutation: { field: 'deliver' },
        settings: { inDoubt: 'retry', limit: { windows: [{ calls: 5, per: 1_000 }], margin: 20, concurrency: 5 } },
      },
    });
  });

  it('takes what the environment says', () => {
    const env = {
      ...environment,
      EGW_INSTANCE: 'prod',
      REDIS_URL: 'rediss://r:6380',
      OPS_PORT: '0',
      LOG_LEVEL: 'warn',
    };
    expect(readConfig(env, () => yaml())).toMatchObject({
      config: { instance: 'prod', redisUrl: 'rediss://r:6380', opsPort: 0, logLevel: 'warn' },
    });
  });

  it('tells what is not set', () => {
    expect(faultsOf({})).toEqual({
      EGW_CONFIG: 'is not set: name the path of gateway.yaml',
      EGW_TARGET: 'is not set: name the target that this dispatcher serves',
    });
  });

  it('tells a file that cannot be read', () => {
    const result = readConfig(environment, () => {
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    });
    const told =
      'names /gateway.yaml, which cannot be read (Error ENOENT): put gateway.yaml there, or correct the path';
    expect(result).toEqual({
      ok: false,
      faults: [{ path: 'EGW_CONFIG', message: told }],
    });
  });

  it('tells all faults of environment and file at once', () => {
    const text = yaml().replace('calls: 5', 'calls: 0').replace('per: 1s', 'per: soon');
    expect(
      Object.keys(faultsOf({ ...environment, REDIS_URL: 'http://r', OPS_PORT: 'x', LOG_LEVEL: 'loud' }, text)),
    ).toEqual([
      'REDIS_URL',
      'OPS_PORT',
      'LOG_LEVEL',
      'targets.crm.limit.windows.0.calls',
      'targets.crm.limit.windows.0.per',
    ]);
  });

  it('tells a bad mutation and a bad expression at once, beside a bad environment', () => {
    const text = yaml(["      mutation: 'query { deliver }'", '      input: \'{ "a": \'']);
    const faults = faultsOf({ ...environment, OPS_PORT: 'x' }, text);
    expect(Object.keys(faults)).toEqual(['OPS_PORT', 'targets.crm.graphql.mutation', 'targets.crm.graphql.input']);
    expect(faults['targets.crm.graphql.mutation']).toBe('must hold exactly one operation, a mutation');
    expect(faults['targets.crm.graphql.input']).toMatch(/^is not JSONata: /);
  });

  it('tells a query that cannot be asked for a call in doubt', () => {
    const text = `${yaml()}\n    inDoubt: { reconcile: { query: 'query ($secret: ID!) { find(id: $secret) { id } }' } }\n`;
    expect(faultsOf(environment, text)).toEqual({
      'targets.crm.inDoubt.reconcile':
        'must take one or more of the variables $key, $id, $type and $source, and no other',
    });
  });

  it.each(['erp', 'constructor', '__proto__'])('names the targets there are where there is no %s', (target) => {
    expect(faultsOf({ ...environment, EGW_TARGET: target })).toEqual({
      EGW_TARGET: `is ${target}, but /gateway.yaml has only: crm`,
    });
  });
});

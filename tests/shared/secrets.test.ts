import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSecrets } from '../../apps/shared/aws-secrets.ts';
import type { ReadSecret } from '../../apps/shared/secrets.ts';
import { startAwsStore, type AwsStore } from '../support/aws-store.ts';

const variables = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
} as const;

let store: AwsStore;
let read: ReadSecret;
const before = { ...process.env };
beforeAll(async () => {
  store = await startAwsStore();
  Object.assign(process.env, variables, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url,
    AWS_ENDPOINT_URL_SSM: store.url,
  });
  read = openSecrets({
    env: { KEY: 'from the environment' },
    readFile: (path) =>
      path === '/key'
        ? Promise.resolve('from a file\r\n')
        : Promise.reject(Object.assign(new Error('the-secret'), { code: 'ENOENT' })),
  });
});
afterAll(async () => {
  process.env = before;
  await store.close();
});

describe('a secret', () => {
  it.each([
    [{ env: 'KEY' }, 'from the environment'],
    [{ file: '/key' }, 'from a file'],
    [{ awsSecret: 'crm' }, '{"token":"from AWS","port":7}'],
    [{ awsSecret: 'crm', key: 'token' }, 'from AWS'],
    [{ awsParameter: '/crm/token' }, 'from the Parameter Store'],
  ])('is read from %j, and never shown', async (ref, value) => {
    store.secrets.set('crm', '{"token":"from AWS","port":7}');
    store.parameters.set('/crm/token', 'from the Parameter Store');
    const secret = await read(ref);
    expect(secret.reveal()).toBe(value);
    expect([String(secret), JSON.stringify({ secret }), inspect({ secret })].join()).not.toContain('from');
  });

  it('is read anew each time', async () => {
    for (const value of ['first', 'second']) {
      store.secrets.set('crm', value);
      store.parameters.set('/crm/token', value);
      expect((await read({ awsSecret: 'crm' })).reveal()).toBe(value);
      expect((await read({ awsParameter: '/crm/token' })).reveal()).toBe(value);
    }
  });

  it.each([
    [{ env: 'OTHER' }, 'The secret at environment variable OTHER is empty or missing'],
    [{ file: '/other' }, 'The secret at file /other cannot be read (Error ENOENT): put it there, or correct'],
    [{ awsSecret: 'other' }, 'The AWS secret other cannot be read (ResourceNotFoundException): correct its name'],
    [{ awsParameter: '/other' }, 'The AWS parameter /other cannot be read (ParameterNotFound): correct its name'],
    [{ awsSecret: 'json', key: 'absent' }, 'The secret at AWS secret json, member absent is empty or missing'],
    [{ awsSecret: 'json', key: 'port' }, 'The secret at AWS secret json, member port is empty or missing'],
    [{ awsSecret: 'json', key: 'toString' }, 'The secret at AWS secret json, member toString is empty or missing'],
    [{ awsSecret: 'text', key: 'token' }, 'The secret at AWS secret text, member token is empty or missing'],
  ])('is told where it cannot be had from %j, without what is there', async (ref, says) => {
    store.secrets.set('json', '{"token":"the-secret","port":7}');
    store.secrets.set('text', 'the-secret');
    const fault: unknown = await read(ref).catch((error: unknown) => error);
    expect(String(fault)).toContain(says);
    expect(String(fault)).not.toContain('the-secret');
  });
});

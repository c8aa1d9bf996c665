import { describe, expect, it } from '@jest/globals';
import { openSqs, type SqsClient } from '../../apps/shared/sqs.ts';

const limits = { attempts: 2, connections: 1, timeoutMs: 1_000 };
const region = { AWS_REGION: 'eu-west-1' };

async function clientFor(env: Readonly<Record<string, string>>, wished: SqsClient = 'direct'): Promise<SqsClient> {
  const sqs = await openSqs(env, wished, limits);
  await sqs.close();
  return sqs.client;
}

describe('SQS', () => {
  it.each([
    ['in a region', region],
    ['in a region of China', { AWS_REGION: 'cn-north-1' }],
    ['in a region of a government', { AWS_REGION: 'us-gov-west-1' }],
    ['at an endpoint of its own', { AWS_REGION: 'anywhere', AWS_ENDPOINT_URL_SQS: 'http://localstack:4566' }],
    ['at an endpoint for all services', { ...region, AWS_ENDPOINT_URL: 'http://localstack:4566/' }],
    ['at no endpoint, as its variable is empty', { ...region, AWS_ENDPOINT_URL_SQS: '' }],
  ])('is asked directly %s', async (_where, env) => {
    expect(await clientFor(env)).toBe('direct');
  });

  it('is left to the SDK where that is wished', async () => {
    const was = process.env['AWS_REGION'];
    process.env['AWS_REGION'] = 'eu-west-1';
    try {
      expect(await clientFor(region, 'sdk')).toBe('sdk');
      for (const env of [
        { AWS_PROFILE: 'orders' },
        { AWS_CONFIG_FILE: '/aws/config' },
        { AWS_USE_FIPS_ENDPOINT: 'true' },
        { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
        { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
        { AWS_REGION: 'us-iso-east-1' },
        { AWS_ENDPOINT_URL_SQS: 'http://proxy/sqs' },
        { AWS_ENDPOINT_URL_SQS: 'no URL' },
      ]) {
        expect([env, await clientFor({ ...region, ...env })]).toEqual([env, 'sdk']);
      }
    } finally {
      if (was === undefined) delete process.env['AWS_REGION'];
      else process.env['AWS_REGION'] = was;
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAwsRefusals, type AwsRefusals } from '../support/aws-refusals.ts';
import type { Env } from '../support/process.ts';
import { secretAnswers } from './aws-answers.ts';
import { expectOnce, install, promised, type Installation } from './told-of-aws.ts';

let aws: AwsRefusals;
let here: Installation;
beforeAll(async () => {
  aws = await startAwsRefusals();
  here = await install({
    AWS_ENDPOINT_URL_SQS: aws.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_SSM: aws.url,
  });
});
afterAll(async () => {
  await here.close();
  await aws.close();
});

describe('a secret in AWS', () => {
  it.each(secretAnswers.map((each) => [each.fault, each.ref, each] as const))(
    'that cannot be read ends the start with a sentence of the table: %s, %s',
    async (fault, ref, { refusal }) => {
      aws.refuse(refusal);
      const name = ref === 'awsSecret' ? 'crm-key' : '/crm/key';
      const kind = ref === 'awsSecret' ? 'AWS secret' : 'AWS parameter';
      const installation = await install(here.env, { apiKey: { header: 'x-key', secret: { [ref]: name } } });
      const service = ref === 'awsSecret' ? 'AWS Secrets Manager' : 'The SSM Parameter Store';
      const action = ref === 'awsSecret' ? 'secretsmanager:GetSecretValue' : 'ssm:GetParameter';
      const sentence = promised(fault, { code: refusal.type.replace(/^.*#/, ''), action })
        .replace(/^SQS/, service)
        .replaceAll('queue crm-events', `${kind} ${name}`)
        .replaceAll('AWS secret crm-key', `${kind} ${name}`)
        .replaceAll('this queue, crm-events', `this ${kind}, ${name}`)
        .replaceAll('of the queue', `of the ${kind}`);
      const { code, stderr } = await installation.ended('dispatcher', {});
      await installation.close();
      expect(code).toBe(1);
      expectOnce(stderr, `${sentence}\n`);
      expect(installation.secrets.filter((secret) => stderr.includes(secret))).toEqual([]);
    },
  );
});

describe('at the start', () => {
  const apps = ['receiver', 'dispatcher'] as const;
  const nowhere: Env = { AWS_ENDPOINT_URL_SQS: '' };

  it.each(apps)('%s says that the region is missing', async (app) => {
    const { code, stderr } = await here.ended(app, { AWS_REGION: '' });
    expect([code, stderr]).toEqual([1, `${promised('noRegion')}\n`]);
  });

  it.each(apps)('%s says that a queue is in another region, and asks nobody', async (app) => {
    const elsewhere = { ...nowhere, EGW_TARGET: 'erp' };
    const { code, stderr } = await here.ended(app, elsewhere);
    expect([code, stderr]).toEqual([1, `${promised('regionOfUrl')}\n`]);
  });

  it.each(apps)('%s says that the endpoint is of another region', async (app) => {
    const host = 'sqs.us-east-1.amazonaws.com';
    const { code, stderr } = await here.ended(app, { AWS_ENDPOINT_URL_SQS: `https://${host}` });
    expect([code, stderr]).toEqual([1, `${promised('regionOfEndpoint', { host })}\n`]);
  });

  it('egw says so too', async () => {
    const { code, stderr } = await here.egw(['status', 'erp'], nowhere);
    expect(code).toBe(1);
    expectOnce(stderr, promised('regionOfUrl'));
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsFaults, type AwsFault } from '../../apps/shared/aws-faults.ts';
import { queueFault } from '../../apps/shared/advice.ts';
import { createAuthority } from '../support/certificates.ts';
import { startAwsRefusals, type AwsRefusals } from '../support/aws-refusals.ts';
import type { AppProcess, Env } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { startApp } from '../support/process.ts';
import { secretAnswers, sqsAnswers, type FaultName } from './aws-answers.ts';
import { adviceOf, install, promised, send, type Installation } from './told-of-aws.ts';

const sdk: Env = { EGW_SQS_CLIENT: 'sdk' };
const covered = new Set<FaultName>();
let aws: AwsRefusals;
let here: Installation;
let receivers: { readonly direct: AppProcess; readonly sdk: AppProcess };

beforeAll(async () => {
  aws = await startAwsRefusals();
  here = await install({
    AWS_ENDPOINT_URL_SQS: aws.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.url,
    AWS_ENDPOINT_URL_SSM: aws.url,
    AWS_ENDPOINT_URL_STS: aws.url,
  });
  const [direct, bySdk] = await Promise.all([here.receiver(), here.receiver(sdk)]);
  receivers = { direct, sdk: bySdk };
});
afterAll(async () => {
  await Promise.all([receivers.direct.stop(), receivers.sdk.stop()]);
  await here.close();
  await aws.close();
});

/** Once, and without what was given in confidence. */
function expectOnce(text: string, sentence: string): void {
  expect(text).toContain(sentence);
  expect(text.split(sentence)).toHaveLength(2);
  expectNoSecret(text);
}

function expectNoSecret(text: string): void {
  expect(here.secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

const logOf = ({ log }: AppProcess) => log.map((line) => JSON.stringify(line)).join('\n');

describe('an error of SQS', () => {
  it.each(sqsAnswers.map((each) => [each.fault, each.refusal.type, each] as const))(
    'is told as a sentence of the table, once, by both clients and by egw: %s, %s',
    async (fault, type, { refusal, elsewhere }) => {
      covered.add(fault);
      aws.refuse(refusal);
      const { host } = new URL(aws.url);
      const seen = { host, code: type.replace(/^.*#/, '') };
      const route = elsewhere === true ? 'elsewhere' : 'here';
      const told = async (app: AppProcess, code: string) => {
        const sentence = promised(fault, { ...seen, code });
        for (let i = 0; i < 3; i++) expect(await send(app, route)).toBe(503);
        expect((await adviceOf(app, 'queue.send_failed', sentence)).filter((advice) => advice === sentence)).toEqual([
          sentence,
        ]);
        expectNoSecret(logOf(app));
      };
      const name = await sdkNameOf(refusal.code);
      const egw = here.egw(['status', elsewhere === true ? 'erp' : 'crm']);
      await Promise.all([told(receivers.direct, seen.code), told(receivers.sdk, name)]);
      const { code, stderr } = await egw;
      expect(code).toBe(1);
      expectOnce(stderr, `${promised(fault, { host, code: name, action: 'sqs:GetQueueAttributes' })}.\n`);
    },
  );
});

/** The SDK gives errors that it has a class for their new names. */
async function sdkNameOf(code: string): Promise<string> {
  const { SQSServiceException: base, ...models } = await import('@aws-sdk/client-sqs');
  const renamed: Readonly<Record<string, string>> = {
    'AWS.SimpleQueueService.NonExistentQueue': 'QueueDoesNotExist',
    'KMS.AccessDeniedException': 'KmsAccessDenied',
    'KMS.DisabledException': 'KmsDisabled',
    'KMS.InvalidStateException': 'KmsInvalidState',
    'KMS.NotFoundException': 'KmsNotFound',
    'KMS.InvalidKeyUsageException': 'KmsInvalidKeyUsage',
    'KMS.ThrottlingException': 'KmsThrottled',
  };
  const name = renamed[code] ?? code;
  if (renamed[code] !== undefined) expect(name in models && base !== undefined).toBe(true);
  return name;
}

describe('where SQS does not answer at all', () => {
  /** A receiver of each client and egw, with another environment. */
  const each = async (fault: FaultName, more: Env, codes: Readonly<Record<'direct' | 'sdk', string>>, host: string) => {
    covered.add(fault);
    await Promise.all(
      (['direct', 'sdk'] as const).map(async (client) => {
        const app = await here.receiver({ ...more, EGW_SQS_CLIENT: client });
        const sentence = promised(fault, { host, code: codes[client] });
        for (let i = 0; i < 2; i++) expect(await send(app, 'here')).toBe(503);
        expect((await adviceOf(app, 'queue.send_failed', sentence)).filter((advice) => advice === sentence)).toEqual([
          sentence,
        ]);
        expectNoSecret(logOf(app));
        expect(await app.stop()).toBe(0);
      }),
    );
    const { stderr } = await here.egw(['status', 'crm'], more);
    expectOnce(stderr, `${promised(fault, { host, code: codes.sdk, action: 'sqs:GetQueueAttributes' })}.\n`);
  };
  const both = (code: string) => ({ direct: code, sdk: code });

  it('as nobody listens there, it is told', async () => {
    await each('unreachable', { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9' }, both('ECONNREFUSED'), '127.0.0.1:9');
  });

  it('as nobody knows its name, it is told', async () => {
    // A label of 64 letters is refused by the resolver itself, so nobody outside is asked.
    const host = `${'x'.repeat(64)}.invalid`;
    await each('nameUnknown', { AWS_ENDPOINT_URL_SQS: `http://${host}` }, both('ENOTFOUND'), host);
  });

  it('as its certificate is of nobody who is known, it is told', async () => {
    const { certificate: cert, key } = createAuthority('somebody').issue('sqs');
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    const { port } = server.address() as AddressInfo;
    try {
      const host = `127.0.0.1:${port}`;
      const code = both('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      await each('untrusted', { AWS_ENDPOINT_URL_SQS: `https://${host}` }, code, host);
    } finally {
      server.close();
    }
  });

  it('as its connections break, it is told', async () => {
    aws.refuse('breaks');
    await each('silent', {}, { direct: 'UND_ERR_SOCKET', sdk: 'ECONNRESET' }, new URL(aws.url).host);
  });

  const noKeys: Env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' };

  it('as there are no credentials, it is told', async () => {
    await each('noCredentials', noKeys, both('CredentialsProviderError'), '');
  });

  it('as STS does not give the role, it is told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'egw-role-'));
    const file = join(folder, 'token');
    await writeFile(file, 'a.b.c');
    aws.refuse({
      type: 'AccessDenied',
      code: 'AccessDenied',
      status: 403,
      message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    });
    const role = { AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/crm', AWS_WEB_IDENTITY_TOKEN_FILE: file };
    await each('role', { ...noKeys, ...role }, both('AccessDenied'), '');
    expect(aws.times('AssumeRoleWithWebIdentity')).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
  });
});

describe('a dispatcher', () => {
  it.each(['direct', 'sdk'])('tells once what keeps it from its queue: %s', async (client) => {
    const redis = await startRedis();
    const { port } = redis.redis.options;
    const code = client === 'sdk' ? 'AccessDenied' : 'AccessDeniedException';
    aws.refuse({
      type: 'com.amazon.coral.service#AccessDeniedException',
      code: 'AccessDenied',
      status: 403,
      message: 'no identity-based policy allows it',
    });
    const app = await startApp('dispatcher', {
      ...here.env,
      EGW_SQS_CLIENT: client,
      REDIS_URL: `redis://127.0.0.1:${port ?? 0}`,
    });
    try {
      const before = aws.times('ReceiveMessage');
      const rules = promised('deniedEntirely', { code, action: 'sqs:GetQueueAttributes' });
      expect(await adviceOf(app, 'queue.rules_unknown', rules)).toEqual([rules]);
      const polls = promised('deniedEntirely', { code, action: 'sqs:ReceiveMessage' });
      await adviceOf(app, 'queue.receive_failed', polls);
      while (aws.times('ReceiveMessage') < before + 4) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await adviceOf(app, 'queue.receive_failed', polls)).toEqual([polls]);
      expectNoSecret(logOf(app));
    } finally {
      await app.stop();
      await redis.close();
    }
  });
});

describe('a secret in AWS', () => {
  it.each(secretAnswers.map((each) => [each.fault, each.ref, each] as const))(
    'that cannot be read ends the start with a sentence of the table: %s, %s',
    async (fault, ref, { refusal }) => {
      covered.add(fault);
      aws.refuse(refusal);
      const name = ref === 'awsSecret' ? 'crm-key' : '/crm/key';
      const kind = ref === 'awsSecret' ? 'AWS secret' : 'AWS parameter';
      const installation = await install(
        here.env,
        { apiKey: { header: 'x-key', secret: { [ref]: name } } },
      );
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
    },
  );
});

describe('at the start', () => {
  const apps = ['receiver', 'dispatcher'] as const;
  const nowhere: Env = { AWS_ENDPOINT_URL_SQS: '' };

  it.each(apps)('%s says that the region is missing', async (app) => {
    covered.add('noRegion');
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

describe('the table', () => {
  it('has a row for each code that is documented, and each row is met above', () => {
    expect(Object.keys(awsFaults).filter((name) => !covered.has(name as FaultName))).toEqual([]);
  });

  it.each(Object.entries<AwsFault>(awsFaults).filter(([, { isMisplaced }]) => isMisplaced !== true))(
    'finds %s by each of its codes',
    (name, { when }) => {
      for (const { codes, says } of when) {
        for (const code of codes) {
          const error = Object.assign(new Error(says?.[0] ?? ''), { name: code });
          const first = queueFault(error).advice?.split(' (')[0];
          const same = queueFault(Object.assign(new Error(says?.[0] ?? ''), { name: codes[0] })).advice?.split(' (')[0];
          expect([name, code, first]).toEqual([name, code, same]);
          expect(queueFault(error).advice).toContain(`(${code})`);
        }
      }
    },
  );
});

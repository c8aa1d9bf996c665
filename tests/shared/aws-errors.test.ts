import { once } from 'node:events';
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
import { startApp, type AppProcess, type Env } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { quoted, secretAnswers, sqsAnswers, type FaultName } from './aws-answers.ts';
import { expectOnce, expectToldOnce, install, promised, send, type Installation } from './told-of-aws.ts';

/** What `egw dlq list` asks for first. */
const letters = { action: 'sqs:GetQueueAttributes', queue: 'crm-letters' };
const sdk: Env = { EGW_SQS_CLIENT: 'sdk' };
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
  await Promise.all(Object.values(receivers).map((each) => each.stop()));
  await here.close();
  await aws.close();
});

function expectNoSecret(text: string): void {
  expect(here.secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

const logOf = ({ log }: AppProcess) => log.map((line) => JSON.stringify(line)).join('\n');

describe('an error of SQS', () => {
  it.each(sqsAnswers.map((each) => [each.fault, each.refusal.type, each] as const))(
    'is told as a sentence of the table, once, by both clients and by egw: %s, %s',
    async (fault, type, { refusal, elsewhere }) => {
      aws.refuse(refusal);
      const { host } = new URL(aws.url);
      const seen = { host, code: type.replace(/^.*#/, '') };
      const route = elsewhere === true ? 'elsewhere' : 'here';
      const told = async (app: AppProcess, code: string) => {
        const sentence = promised(fault, { ...seen, code });
        for (let i = 0; i < 3; i++) expect(await send(app, route)).toBe(503);
        await expectToldOnce(app, 'queue.send_failed', sentence);
        expectNoSecret(logOf(app));
      };
      const name = sdkNameOf(refusal.code);
      const egw = here.egw(['dlq', 'list', elsewhere === true ? 'erp' : 'crm']);
      await Promise.all([told(receivers.direct, seen.code), told(receivers.sdk, name)]);
      const { code, stderr } = await egw;
      expect(code).toBe(1);
      expectOnce(stderr, `${promised(fault, { host, code: name, ...letters })}.\n`);
    },
  );
});

describe('an entry of a batch', () => {
  it.each(['direct', 'sdk'] as const)('that is refused is told alike: %s', async (client) => {
    aws.refuse({ entries: { code: 'KMS.AccessDeniedException', message: `no ${quoted}` } });
    for (let i = 0; i < 2; i++) expect(await send(receivers[client], 'here')).toBe(503);
    const sentence = promised('keyDenied', { code: 'KMS.AccessDeniedException' });
    await expectToldOnce(receivers[client], 'queue.send_failed', sentence);
    expectNoSecret(logOf(receivers[client]));
  });
});

/** The SDK gives errors that it has a class for their new names. */
function sdkNameOf(code: string): string {
  const renamed: Readonly<Record<string, string>> = {
    'AWS.SimpleQueueService.NonExistentQueue': 'QueueDoesNotExist',
    'KMS.AccessDeniedException': 'KmsAccessDenied',
    'KMS.DisabledException': 'KmsDisabled',
    'KMS.InvalidStateException': 'KmsInvalidState',
    'KMS.NotFoundException': 'KmsNotFound',
    'KMS.InvalidKeyUsageException': 'KmsInvalidKeyUsage',
    'KMS.ThrottlingException': 'KmsThrottled',
  };
  return renamed[code] ?? code;
}

const unanswered = ['unreachable', 'nameUnknown', 'untrusted', 'silent', 'noCredentials', 'role'] as const;

describe('where SQS does not answer at all', () => {
  /** A receiver of each client and egw, with another environment. */
  const each = async (
    fault: (typeof unanswered)[number],
    more: Env,
    codes: Readonly<Record<'direct' | 'sdk', string>>,
    host: string,
  ) => {
    await Promise.all(
      (['direct', 'sdk'] as const).map(async (client) => {
        const app = await here.receiver({ ...more, EGW_SQS_CLIENT: client });
        const sentence = promised(fault, { host, code: codes[client] });
        for (let i = 0; i < 2; i++) expect(await send(app, 'here')).toBe(503);
        await expectToldOnce(app, 'queue.send_failed', sentence);
        expectNoSecret(logOf(app));
        expect(await app.stop()).toBe(0);
      }),
    );
    const { stderr } = await here.egw(['dlq', 'list', 'crm'], more);
    expectOnce(stderr, `${promised(fault, { host, code: codes.sdk, ...letters })}.\n`);
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
    await once(server, 'listening');
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
    await each('silent', {}, { direct: 'UND_ERR_SOCKET', sdk: 'TimeoutError' }, new URL(aws.url).host);
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
      await expectToldOnce(app, 'queue.rules_unknown', rules);
      const polls = promised('deniedEntirely', { code, action: 'sqs:ReceiveMessage' });
      while (aws.times('ReceiveMessage') < before + 4) await new Promise((resolve) => setTimeout(resolve, 20));
      await expectToldOnce(app, 'queue.receive_failed', polls);
      expectNoSecret(logOf(app));
    } finally {
      await app.stop();
      await redis.close();
    }
  });
});

describe('the table', () => {
  it('has no row that is not met', () => {
    const met = [...sqsAnswers, ...secretAnswers].map(({ fault }) => fault);
    const unmet = Object.keys(awsFaults).filter((name) => !met.includes(name as FaultName));
    expect(unmet.toSorted()).toEqual([...unanswered, 'noRegion'].toSorted());
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

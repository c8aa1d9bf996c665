import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { createSignPost } from '../../apps/shared/sigv4.ts';

const { sha256 } = new SQSClient({ region: 'us-east-1' }).config;
const contentType = 'application/x-amz-json-1.0';

const word = fc.stringMatching(/^[A-Za-z0-9+/=]{1,60}$/);
const request = fc.record({
  credentials: fc.record(
    { accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/), secretAccessKey: word, sessionToken: word },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ),
  region: fc.constantFrom('us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1'),
  host: fc.constantFrom('sqs.eu-west-1.amazonaws.com', '127.0.0.1:4566', 'localstack:4566'),
  action: fc.constantFrom('SendMessageBatch', 'ReceiveMessage', 'DeleteMessageBatch'),
  at: fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
  body: fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constant('')),
});

describe('a signature of a request to SQS', () => {
  it('is the one that the AWS SDK makes, for any of 3,000 requests', async () => {
    const signers = new Map<string, ReturnType<typeof createSignPost>>();
    await fc.assert(
      fc.asyncProperty(request, async ({ credentials, region, host, action, at, body }) => {
        const key = `${region} ${host}`;
        const sign = signers.get(key) ?? createSignPost('sqs', region, { host, contentType });
        signers.set(key, sign);
        const target = `AmazonSQS.${action}`;
        const theirs = await new SignatureV4({
          credentials: { ...credentials },
          region,
          service: 'sqs',
          sha256,
          applyChecksum: false,
        }).sign(
          {
            method: 'POST',
            protocol: 'https:',
            hostname: host,
            path: '/',
            query: {},
            headers: { host, 'content-type': contentType, 'x-amz-target': target },
            body,
          },
          { signingDate: at },
        );
        const ours = sign(credentials, at.getTime(), target, Buffer.from(body));
        expect({ ...theirs.headers, ...ours }).toEqual(theirs.headers);
        expect(Object.keys(theirs.headers).sort()).toEqual(
          ['content-type', 'host', 'x-amz-target', ...Object.keys(ours)].sort(),
        );
      }),
      { numRuns: 3_000 },
    );
  });

  it('is of the credentials that are given, also when they change within a day', () => {
    const sign = createSignPost('sqs', 'eu-west-1', { host: 'sqs', contentType });
    const of = (secretAccessKey: string) =>
      sign({ accessKeyId: 'AKID', secretAccessKey }, 0, 'AmazonSQS.SendMessage', Buffer.from('{}')).authorization;
    const first = of('one');
    expect(of('two')).not.toBe(first);
    expect(of('one')).toBe(first);
  });
});

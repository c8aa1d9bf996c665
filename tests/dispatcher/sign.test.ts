import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { openSigning } from '../../apps/dispatcher/sign.ts';
import { faultOfSignature } from '../support/verify-sigv4.ts';

const endpoint = new URL('https://crm.appsync-api.eu-west-1.amazonaws.com/graphql/v1?shop=b%20c&shop=a&all');
const headers = { 'content-type': 'application/json', traceparent: '00-x', 'idempotency-key': '"k"' };
const body = '{"query":"mutation","variables":{"input":{"name":"Zoë"}}}';
const first = { accessKeyId: 'AKIDFIRST', secretAccessKey: 'first-secret' };
const second = { accessKeyId: 'AKIDSECOND', secretAccessKey: 'second-secret', sessionToken: 'session' };

/** What signs by the identity that there is, as the SDK's own chain finds it, and how it was asked for. */
async function open(identityOf: () => typeof first) {
  const client = new SQSClient({ region: 'eu-west-1', credentials: () => Promise.resolve(identityOf()) });
  const { config } = client;
  const told: string[] = [];
  const unusable = (fault: string) => void told.push(fault);
  const opened = await openSigning({ endpoint, service: 'appsync', region: undefined, aws: config, unusable });
  const faultWith = async (identity: typeof first, sent = body) => {
    const signed = await opened.sign(headers, body);
    const url = endpoint.pathname + endpoint.search;
    const signer = { ...identity, region: 'eu-west-1', service: 'appsync' };
    return faultOfSignature({ method: 'POST', url, headers: signed }, Buffer.from(sent), signer);
  };
  return { ...opened, told, faultWith };
}

describe('a signature', () => {
  it('is over address, header fields and body, in the region of the SDK', async () => {
    const { sign, faultWith } = await open(() => first);
    expect(await faultWith(first)).toBeUndefined();
    expect(await faultWith(first, `${body} `)).toBe('it is of another body');
    expect(await faultWith({ ...first, secretAccessKey: 'other' })).toBe('it is of another request or key');
    const signed = await sign(headers, body);
    expect(signed).toMatchObject({ ...headers, host: endpoint.host });
    expect(signed['authorization']).toContain(
      'SignedHeaders=content-type;host;idempotency-key;traceparent;x-amz-content-sha256;x-amz-date,',
    );
    expect(JSON.stringify(signed)).not.toContain('first-secret');
  });

  it('is made with other credentials where these are refused, with their session', async () => {
    let identity: typeof first = first;
    const { credential, sign, faultWith } = await open(() => identity);
    identity = second;
    expect(await faultWith(first)).toBeUndefined();
    const refused = credential.headers();
    await credential.refresh(refused);
    expect(await faultWith(second)).toBeUndefined();
    expect((await sign(headers, body))['x-amz-security-token']).toBe('session');
    identity = first;
    await credential.refresh(refused);
    expect(await faultWith(second)).toBeUndefined();
  });

  it('stays possible with the credentials before where no others can be had, which is told', async () => {
    let isGone = false;
    const lost = () => {
      throw new Error('the-secret');
    };
    const { credential, told, faultWith } = await open(() => (isGone ? lost() : first));
    isGone = true;
    await credential.refresh(credential.headers());
    expect(await faultWith(first)).toBeUndefined();
    expect(told).toEqual([expect.stringContaining('There are no AWS credentials to sign with')]);
    expect(told.join()).not.toContain('the-secret');
    await expect(open(lost)).rejects.toThrow('give the pod a role, as docs/eks.md says');
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDirectSqs, type CredentialProvider, type DirectOptions } from '../../apps/shared/sqs-direct.ts';
import type { AwsCredentials } from '../../apps/shared/sigv4.ts';
import { queueFault } from '../../apps/shared/advice.ts';
import { startQueue } from '../support/queue.ts';

interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Reply = (response: ServerResponse, asked: Asked) => void;

const ok: Reply = (response) => response.end('{"Successful":[]}');
const refuse =
  (status: number, code: string, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers).end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'secret' }));
  };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A client before a server that replies so, one after the other, and the last for good. */
async function open(replies: readonly Reply[], options: Partial<DirectOptions> = {}) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      const reply = replies[Math.min(asked.length, replies.length) - 1];
      reply?.(response, { headers: request.headers, body });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sqs = createDirectSqs({
    endpoint: new URL(`http://127.0.0.1:${port}`),
    region: 'eu-west-1',
    attempts: 2,
    connections: 4,
    timeoutMs: 1_000,
    clock: Date.now,
    random: () => 0,
    credentials: () => Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 'secret' }),
    ...options,
  });
  closing.push(
    () => sqs.close(),
    () => {
      server.closeAllConnections();
      server.close();
      return once(server, 'close');
    },
  );
  const send = () => sqs.sendMessageBatch({ QueueUrl: 'https://sqs/q', Entries: [{ Id: '0', MessageBody: 'ü' }] });
  const fault = async () => {
    const error: unknown = await send().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return queueFault(error);
  };
  return { asked, send, fault };
}

describe('a request to SQS', () => {
  it('names its action, is signed, and carries the body as JSON', async () => {
    const { asked, send } = await open([ok]);
    expect(await send()).toEqual({ Successful: [] });
    const [{ headers, body } = { headers: {}, body: '' }] = asked;
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessageBatch',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/sqs\/aws4_request/),
    });
    expect(JSON.parse(body)).toEqual({ QueueUrl: 'https://sqs/q', Entries: [{ Id: '0', MessageBody: 'ü' }] });
  });

  it.each([
    ['a connection that breaks', (response: ServerResponse) => response.destroy()],
    ['a failure of SQS', refuse(500, 'InternalError')],
    ['a throttle', refuse(400, 'RequestThrottled')],
    ['a busy SQS', refuse(503, 'ServiceUnavailable')],
  ])('is made again after %s', async (_name, first) => {
    const { asked, send } = await open([first, ok]);
    expect(await send()).toEqual({ Successful: [] });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['what will not change', refuse(400, 'QueueDoesNotExist'), 1, /^QueueDoesNotExist/, /no such queue/],
    ['a missing right', refuse(403, 'AccessDenied'), 1, /^AccessDenied/, /may not use this queue/],
    ['a failure that stays', refuse(500, 'InternalError'), 2, /^InternalError/, undefined],
    ['silence', () => undefined, 1, /^UND_ERR_HEADERS_TIMEOUT/, /does not answer in time/],
    ["somebody else's page", (response) => response.writeHead(404).end('<html>'), 1, /^UnreadableAnswer/, undefined],
    ['an answer that is no JSON', (response) => response.end('<html>'), 1, /^UnreadableAnswer/, undefined],
  ] as [string, Reply, number, RegExp, RegExp | undefined][])(
    'is given up after %s, and says what to do',
    async (_name, reply, times, error, advice) => {
      const { asked, fault } = await open([reply]);
      const told = await fault();
      expect(told.error).toMatch(error);
      if (advice === undefined) expect(told.advice).toBeUndefined();
      else expect(told.advice).toMatch(advice);
      expect(asked).toHaveLength(times);
      expect(JSON.stringify(told)).not.toContain('secret');
    },
  );

  it('says that nobody is there', async () => {
    const { fault } = await open([ok], { endpoint: new URL('http://127.0.0.1:9') });
    const told = await fault();
    expect(told.error).toMatch(/^ECONNREFUSED/);
    expect(told.advice).toMatch(/SQS is not there/);
  });

  it('is signed by the clock of SQS from then on, where ours is wrong', async () => {
    const hourMs = 3_600_000;
    const skewed = refuse(403, 'SignatureDoesNotMatch', { date: new Date().toUTCString() });
    const judge: Reply = (response, asked) => {
      const [, h] = /T(\d\d)/.exec(String(asked.headers['x-amz-date'])) ?? [];
      (Number(h) === new Date().getUTCHours() ? ok : skewed)(response, asked);
    };
    const { asked, send } = await open([judge], { clock: () => Date.now() - 5 * hourMs });
    await send();
    expect(asked).toHaveLength(2);
    await send();
    expect(asked).toHaveLength(3);
  });

  it.each(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException'])(
    'is signed with fresh credentials where these have ended: %s',
    async (code) => {
      let current: AwsCredentials = { accessKeyId: 'OLD', secretAccessKey: 'x', sessionToken: 'old' };
      const credentials: CredentialProvider = ({ forceRefresh = false } = {}) => {
        if (forceRefresh) current = { accessKeyId: 'NEW', secretAccessKey: 'y', sessionToken: 'new' };
        return Promise.resolve(current);
      };
      const judge: Reply = (response, asked) =>
        (asked.headers['x-amz-security-token'] === 'new' ? ok : refuse(403, code))(response, asked);
      const { asked, send } = await open([judge], { credentials });
      await send();
      expect(asked.map(({ headers }) => headers['x-amz-security-token'])).toEqual(['old', 'new']);
    },
  );
});

describe('SQS, asked directly', () => {
  it('sends, receives, hides and deletes', async () => {
    const queue = await startQueue();
    const { direct, url: QueueUrl } = queue;
    try {
      const bodies = ['{"a":1}', '"ü\\n"', 'x'.repeat(100_000)];
      const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
      expect((await direct.sendMessageBatch({ QueueUrl, Entries })).Successful).toHaveLength(3);
      await direct.sendMessage({
        QueueUrl,
        MessageBody: 'letter',
        MessageAttributes: { why: { DataType: 'String', StringValue: 'because' } },
      });
      const AttributeNames = ['ApproximateNumberOfMessages'] as const;
      const { Attributes } = await direct.getQueueAttributes({ QueueUrl, AttributeNames: [...AttributeNames] });
      expect(Attributes).toEqual({ ApproximateNumberOfMessages: '4' });
      const { Messages = [] } = await direct.receiveMessage({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      });
      expect(Messages.map(({ Body }) => Body).toSorted()).toEqual([...bodies, 'letter'].toSorted());
      const handles = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      const hidden = handles.map((handle) => ({ ...handle, VisibilityTimeout: 600 }));
      const changed = await direct.changeMessageVisibilityBatch({ QueueUrl, Entries: hidden });
      expect(changed.Successful).toHaveLength(4);
      const deleted = await direct.deleteMessageBatch({ QueueUrl, Entries: handles });
      expect(deleted.Successful).toHaveLength(4);
      expect(await queue.take(QueueUrl)).toEqual([]);
    } finally {
      await queue.close();
    }
  });
});

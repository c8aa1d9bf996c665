import { Pool } from 'undici';
import { askedOfQueue, withAsked } from './asked.ts';
import { createSignPost, type AwsCredentials } from './sigv4.ts';
import type { Sqs, SqsLimits } from './sqs.ts';
import { wait } from './wait.ts';

export interface DirectOptions extends SqsLimits {
  readonly endpoint: URL;
  readonly region: string;
  /** ms since 1970. */
  readonly clock: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly credentials?: CredentialProvider;
}

/** As the SDK's chain gives them, which remembers them and renews those that end. */
export type CredentialProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<AwsCredentials>;

const contentType = 'application/x-amz-json-1.0';

/** Ten messages of 1 MiB, each of whose characters may be an escape of two. */
const maxAnswerBytes = 32 * 1_048_576;

/** Where our clock is further from theirs than this, what we sign is refused at five minutes. */
const skewMs = 240_000;

/** Before another attempt, times 2 for each one, and a random part of it: others failed in the same moment. */
const backoffMs = { broken: 50, throttled: 250 };

/** What SQS says of credentials that were good once: the last two are one thing in its two protocols. */
const staleCredentials = /^(ExpiredToken(Exception)?|InvalidClientTokenId|UnrecognizedClientException)$/;

interface Answer {
  readonly status: number;
  readonly dateMs: number;
  readonly text: string;
}

interface Refusal {
  readonly code: string;
  /** In AWS' own words, which may quote the request: to be looked at, never to be told. */
  readonly says: string;
}

/** `name` is the code. */
class SqsError extends Error {
  readonly again: 'now' | keyof typeof backoffMs | 'never';
  constructor({ code, says }: Refusal, again: SqsError['again'], cause?: unknown) {
    super(says, { cause });
    this.name = code;
    this.again = again;
  }
}

/**
 * SQS by its JSON protocol, signed here: the AWS SDK takes several times the CPU time for a request. Where the credentials come
 * from is still the SDK's to know.
 *
 * A request is made again when its connection broke, SQS failed (500 and more) or throttles us; at once when our clock was
 * wrong or the credentials have ended. One that got no answer in time is not: whoever asked has waited long enough.
 */
export function createDirectSqs(options: DirectOptions): Sqs {
  const { endpoint, region, attempts, clock, random, credentials = sdkCredentials(region) } = options;
  const pool = new Pool(endpoint.origin, {
    connections: options.connections,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: 1_000 },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    keepAliveTimeout: 20_000,
    maxResponseSize: maxAnswerBytes,
  });
  const sign = createSignPost('sqs', region, { host: endpoint.host, contentType });
  /** What their clock is ahead of ours. */
  let aheadMs = 0;

  const attempt = async (action: string, body: Buffer, forceRefresh: boolean): Promise<unknown> => {
    const known = await credentials({ forceRefresh });
    const target = `AmazonSQS.${action}`;
    const atMs = clock() + aheadMs;
    const fields = sign(known, atMs, target, body);
    const headers = { 'content-type': contentType, 'x-amz-target': target, ...fields };
    const { status, dateMs, text } = await post(pool, headers, body).catch(broke);
    if (status === 200) return read(text);
    const refusal = refusalOf(text);
    const { code } = refusal;
    if (status < 500 && Math.abs(dateMs - atMs) > skewMs) {
      aheadMs = dateMs - clock();
      throw new SqsError(refusal, 'now');
    }
    if (staleCredentials.test(code)) throw new SqsError(refusal, 'now');
    if (code.includes('Throttl') || status === 429) throw new SqsError(refusal, 'throttled');
    throw new SqsError(refusal, status >= 500 ? 'broken' : 'never');
  };

  const call = async (action: string, request: { readonly QueueUrl?: string | undefined }): Promise<unknown> => {
    const body = Buffer.from(JSON.stringify(request));
    let forceRefresh = false;
    for (let made = 1; ; made++) {
      try {
        return await attempt(action, body, forceRefresh);
      } catch (error) {
        if (!(error instanceof SqsError) || error.again === 'never' || made >= attempts)
          throw withAsked(error, () => askedOfQueue(action, request.QueueUrl ?? '', region, endpoint.host));
        forceRefresh = staleCredentials.test(error.name);
        if (error.again !== 'now') await wait(random() * backoffMs[error.again] * 2 ** made, neverAborted);
      }
    }
  };
  const ask =
    <Result>(action: string) =>
    (request: { readonly QueueUrl?: string | undefined }) =>
      call(action, request) as Promise<Result>;

  return {
    sendMessage: ask('SendMessage'),
    sendMessageBatch: ask('SendMessageBatch'),
    receiveMessage: ask('ReceiveMessage'),
    deleteMessageBatch: ask('DeleteMessageBatch'),
    changeMessageVisibilityBatch: ask('ChangeMessageVisibilityBatch'),
    getQueueAttributes: ask('GetQueueAttributes'),
    client: 'direct',
    close: () => pool.destroy(),
  };
}

const neverAborted = new AbortController().signal;

/** The SDK's own chain of where credentials may be, loaded with the first request. */
function sdkCredentials(region: string): CredentialProvider {
  let provider: Promise<CredentialProvider> | undefined;
  return async (options) => {
    provider ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) =>
      defaultProvider({ clientConfig: { region } }),
    );
    return (await provider)(options);
  };
}

function post(pool: Pool, headers: Record<string, string>, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let date: string | undefined;
    pool.dispatch(
      { path: '/', method: 'POST', headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart(_controller, statusCode, received) {
          status = statusCode;
          date = String(received['date']);
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          const text = chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString();
          resolve({ status, dateMs: Date.parse(date ?? ''), text });
        },
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

/** Errors of undici and of the system, by their codes. */
function broke(error: Error & { readonly code?: string }): never {
  const { code = 'UND_ERR', message: says } = error;
  throw new SqsError({ code, says }, code.includes('TIMEOUT') && !code.includes('CONNECT') ? 'never' : 'broken', error);
}

/** Anything else than SQS may stand at the address. */
function read(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new SqsError(unreadable, 'never');
  }
}

const unreadable: Refusal = { code: 'UnreadableAnswer', says: '' };

/** `{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"…"}`; some of AWS' own layers write `Message`. */
function refusalOf(text: string): Refusal {
  const { __type: type, message, Message } = read(text) as Readonly<Record<string, unknown>>;
  const says = message ?? Message;
  return typeof type === 'string'
    ? { code: type.replace(/^.*#/, '').slice(0, 100), says: typeof says === 'string' ? says : '' }
    : unreadable;
}

import { nameError } from './log.ts';

/** What to do about a queue that does not answer as it should, by the code or the name of what the AWS SDK threw. */
const queueAdvice: readonly { readonly when: RegExp; readonly advice: string }[] = [
  {
    when: /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/,
    advice:
      'SQS is not there: correct the queue.url of the target, AWS_REGION or AWS_ENDPOINT_URL_SQS, or let the pod out to it',
  },
  {
    when: /^(ETIMEDOUT|ECONNRESET|EPIPE|TimeoutError|AbortError|UND_ERR_SOCKET|UND_ERR_\w+_TIMEOUT)$/,
    advice: 'SQS does not answer in time: see that it is up, and that no network policy or proxy is in the way',
  },
  {
    when: /QueueDoesNotExist|NonExistentQueue/,
    advice: 'there is no such queue: create it, or correct the queue.url of the target',
  },
  {
    when: /AccessDenied|KMS/,
    advice: 'the role of the pod may not use this queue: see the permissions that docs/eks.md lists',
  },
  {
    when: /Credentials|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|ExpiredToken|InvalidAccessKeyId/,
    advice:
      'the pod has no valid credentials: annotate or associate the role of its service account, as docs/eks.md says',
  },
];

/** What a log says of a request to SQS that failed: what it was, and what to do, where anything can be done. */
export function queueFault(error: unknown): { readonly error: string; readonly advice: string | undefined } {
  return { error: nameError(error), advice: adviseOnQueue(error) };
}

/** The first advice that fits the error or what it comes from. */
function adviseOnQueue(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const names = [error.name, 'code' in error ? String(error.code) : ''];
  return queueAdvice.find(({ when }) => names.some((name) => when.test(name)))?.advice ?? adviseOnQueue(error.cause);
}

/** One for all: a Redis that is down, frozen, full or refusing keeps calls from being made. */
export function adviseOnRedis(url: string): string {
  return `Redis at ${new URL(url).host} is not to be had: start it, let the pod out to it, or correct REDIS_URL`;
}

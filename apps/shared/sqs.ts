import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  ReceiveMessageRequest,
  ReceiveMessageResult,
  SendMessageBatchRequest,
  SendMessageBatchResult,
  SendMessageRequest,
  SendMessageResult,
} from '@aws-sdk/client-sqs';
import { namedEndpoint, requireSameRegion } from './region.ts';

/**
 * What is asked of SQS. Each rejects with an error whose name is the code that SQS gave, or that the connection broke with, and
 * which says what was asked; `queueFault` makes a sentence of it.
 */
export interface Sqs {
  readonly sendMessage: (request: SendMessageRequest) => Promise<SendMessageResult>;
  readonly sendMessageBatch: (request: SendMessageBatchRequest) => Promise<SendMessageBatchResult>;
  readonly receiveMessage: (request: ReceiveMessageRequest) => Promise<ReceiveMessageResult>;
  readonly deleteMessageBatch: (request: DeleteMessageBatchRequest) => Promise<DeleteMessageBatchResult>;
  readonly changeMessageVisibilityBatch: (
    request: ChangeMessageVisibilityBatchRequest,
  ) => Promise<ChangeMessageVisibilityBatchResult>;
  readonly getQueueAttributes: (request: GetQueueAttributesRequest) => Promise<GetQueueAttributesResult>;
  /** Which of the two ways there are it is, for the log. */
  readonly client: SqsClient;
  readonly close: () => Promise<void>;
}

/** What a batch says of entries that were refused. */
export type BatchAnswer = Pick<DeleteMessageBatchResult, 'Failed'>;

/** `direct` signs requests by itself; `sdk` leaves all of it to the AWS SDK, which takes several times the CPU time. */
export const sqsClients = ['direct', 'sdk'] as const;
export type SqsClient = (typeof sqsClients)[number];

export interface SqsLimits {
  /** Never one: an idle connection that the other side just closed fails the first. */
  readonly attempts: number;
  /** Requests at once; a long poll holds one for all its time. */
  readonly connections: number;
  /** Of one attempt. */
  readonly timeoutMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that only the SDK knows how to follow: of profiles, and of endpoints other than a region's usual one. */
const sdkAlone = [
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
];

/**
 * Opens SQS where the environment says it is, by `AWS_REGION` and `AWS_ENDPOINT_URL_SQS` as the SDK reads them. What else can
 * be said of it (a profile, a FIPS endpoint, a region apart) only the SDK follows, so it is left to it, whatever was wished.
 * Rejects with a sentence where there is no region, or where one of the queues is in another.
 */
export async function openSqs(
  env: Environment,
  wished: SqsClient,
  limits: SqsLimits,
  queueUrls: readonly string[] = [],
): Promise<Sqs> {
  requireSameRegion(env, queueUrls);
  const region = env['AWS_REGION'] === '' ? undefined : env['AWS_REGION'];
  const endpoint = region === undefined ? undefined : endpointOf(region, env);
  if (wished === 'direct' && region !== undefined && endpoint !== undefined) {
    return loadedLater(async () => {
      const { createDirectSqs } = await import('./sqs-direct.ts');
      return createDirectSqs({ ...limits, endpoint, region, clock: Date.now, random: Math.random });
    });
  }
  const { openSdkSqs } = await import('./sqs-sdk.ts');
  return openSdkSqs(limits, env);
}

/** Loaded with the first request: its library takes a part of every start. */
function loadedLater(open: () => Promise<Sqs>): Sqs {
  let opening: Promise<Sqs> | undefined;
  const opened = () => (opening ??= open());
  return {
    sendMessage: async (request) => (await opened()).sendMessage(request),
    sendMessageBatch: async (request) => (await opened()).sendMessageBatch(request),
    receiveMessage: async (request) => (await opened()).receiveMessage(request),
    deleteMessageBatch: async (request) => (await opened()).deleteMessageBatch(request),
    changeMessageVisibilityBatch: async (request) => (await opened()).changeMessageVisibilityBatch(request),
    getQueueAttributes: async (request) => (await opened()).getQueueAttributes(request),
    client: 'direct',
    close: async () => (await opening)?.close(),
  };
}

function endpointOf(region: string, env: Environment): URL | undefined {
  if (sdkAlone.some((name) => (env[name] ?? '') !== '')) return undefined;
  const named = namedEndpoint(env);
  const url = named === undefined ? undefined : URL.parse(named);
  // Only the SDK puts a path in front of its own.
  if (named !== undefined) return url?.pathname === '/' ? url : undefined;
  if (/^cn-\w+-\d$/.test(region)) return new URL(`https://sqs.${region}.amazonaws.com.cn`);
  return /^[a-z]{2}-(gov-)?[a-z]+-\d$/.test(region) ? new URL(`https://sqs.${region}.amazonaws.com`) : undefined;
}

import { SQSClient } from '@aws-sdk/client-sqs';
import { GraphQLClient } from 'graphql-request';
import { mutation } from '../trip/mutation.ts';

/** What a consumer is given. */
export interface ConsumerOptions {
  readonly sqsEndpoint: string;
  readonly queueUrl: string;
  readonly redisUrl: string;
  /** Calls at once, in tens. */
  readonly concurrency: number;
  /** Makes the call; rejects where its answer is not a success. */
  readonly deliver: (event: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** Resolves when it works. */
export type StartConsumer = (options: ConsumerOptions) => Promise<void>;

/** SQS gives no more at once. */
export const batchSize = 10;

export function createSqs({ sqsEndpoint: endpoint }: Pick<ConsumerOptions, 'sqsEndpoint'>): SQSClient {
  // Its other settings come from the environment; without this one it complains of the queue's URL at each request.
  return new SQSClient({ endpoint, useQueueUrlAsEndpoint: false });
}

export function parse(text = ''): Readonly<Record<string, unknown>> {
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

/** A library that nobody listens to throws its errors, and ends the process. */
export function complain(error: Error): void {
  process.stderr.write(`${error.message}\n`);
}

/** The call as graphql-request's documentation shows it: one client, and the global fetch. */
export function createDeliver(targetUrl: string): ConsumerOptions['deliver'] {
  const client = new GraphQLClient(targetUrl);
  return async ({ id, type, source, time, brand, data }) => {
    await client.request(mutation, { input: { key: id, id, type, source, time, brand, data } });
  };
}

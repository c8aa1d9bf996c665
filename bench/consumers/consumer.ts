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
  readonly deliver: (body: string) => Promise<void>;
}

/** Resolves when it works. */
export type StartConsumer = (options: ConsumerOptions) => Promise<void>;

/** SQS gives no more at once. */
export const batchSize = 10;

/** A library that nobody listens to throws its errors, and ends the process. */
export function complain(error: Error): void {
  process.stderr.write(`${error.message}\n`);
}

/** The call as graphql-request's documentation shows it: one client, and the global fetch. */
export function createDeliver(targetUrl: string): ConsumerOptions['deliver'] {
  const client = new GraphQLClient(targetUrl);
  return async (body) => {
    const { id, type, source, time, brand, data } = JSON.parse(body) as Record<string, unknown>;
    await client.request(mutation, { input: { key: id, id, type, source, time, brand, data } });
  };
}

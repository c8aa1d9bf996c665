import type { SentEvent } from '../events.ts';

/** What a pod of a peer is given. */
export interface PeerOptions {
  readonly redisUrl: string;
  readonly sqsEndpoint: string;
  readonly queueUrl: string;
  readonly visibilitySeconds: number;
  /** The limit of all pods together. */
  readonly calls: number;
  readonly perMs: number;
  /** Makes the call; rejects where its answer is not a success. */
  readonly deliver: (event: SentEvent) => Promise<void>;
}

/** Starts a pod; what it resolves with stops it as its library would have it, calls under way included. */
export type StartPeer = (options: PeerOptions) => Promise<() => Promise<void>>;

/** A library that nobody listens to throws its errors, and ends the pod. */
export function complain(error: Error): void {
  process.stderr.write(`${error.message}\n`);
}

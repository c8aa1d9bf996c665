import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLink, type Link } from '../../support/link.ts';
import { startQueueDouble, type QueueDouble } from '../queue-double/start.ts';
import { startRecordingTarget, type RecordingTarget } from '../recording-target.ts';
import { startRedisServer, type RedisServer } from '../redis-server.ts';
import type { Edge, Setup } from './row.ts';

export interface StageOptions {
  readonly setup: Setup;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** What stands around any system under test. */
export interface Stage {
  readonly folder: string;
  readonly queue: QueueDouble;
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
  readonly redis: RedisServer;
  readonly target: RecordingTarget;
  /** Fails where the row does not say that it disturbs this one. */
  readonly link: (edge: Edge) => Link;
  /** Through the network that is disturbed, where it is. */
  readonly portTo: (edge: Edge) => number;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
  /** What is to be stopped before all of this. */
  readonly onClose: (stop: () => Promise<unknown>) => void;
  readonly close: () => Promise<void>;
}

export const queueName = 'events';
export const deadLetterName = 'dead-letters';

/** As the double names it. */
const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${deadLetterName}`;

const usualRetentionSeconds = 14 * 86_400;

/** `maxReceiveCount`: after so many receives SQS itself moves a message to the dead-letter queue. */
export async function openStage({ setup, seed, signal: ended }: StageOptions, maxReceiveCount: number): Promise<Stage> {
  const broken = new AbortController();
  const signal = AbortSignal.any([ended, broken.signal]);
  const died = (sentence: string) => broken.abort(new Error(sentence));
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    // What still waits for something, a producer that a failed row left behind, waits no longer.
    died('The stage is closed');
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'egw-delivery-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const queue = await startQueueDouble({ died, signal, seed });
    stops.push(queue.stop);
    const deadLetterUrl = await queue.createQueue(deadLetterName);
    const queueUrl = await queue.createQueue(queueName, {
      MessageRetentionPeriod: String(setup.retentionSeconds ?? usualRetentionSeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    });
    const redis = await startRedisServer(folder, died, signal);
    stops.push(redis.stop);
    const { latencyMs, honoursKeys } = setup;
    const target = await startRecordingTarget({ latencyMs, honoursKeys, watchStalls: false, folder, died, signal });
    stops.push(target.stop);
    const queuePort = Number(new URL(queue.endpoint).port);
    const ports: Readonly<Record<Edge, number>> = {
      'receiver-queue': queuePort,
      'dispatcher-queue': queuePort,
      redis: redis.port,
      target: target.port,
    };
    const links = new Map<Edge, Link>();
    for (const edge of setup.edges) {
      const link = await startLink(ports[edge]);
      stops.push(link.close);
      links.set(edge, link);
    }
    return {
      folder,
      queue,
      queueUrl,
      deadLetterUrl,
      redis,
      target,
      link(edge) {
        const link = links.get(edge);
        if (link === undefined) throw new Error(`This row does not say that it disturbs ${edge}`);
        return link;
      },
      portTo: (edge) => links.get(edge)?.port ?? ports[edge],
      died,
      signal,
      onClose: (stop) => void stops.push(stop),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Messages that are neither deleted nor ended, hidden ones included. */
export async function depthOfQueue({ queue }: Pick<Stage, 'queue'>): Promise<number> {
  const { visible = 0, inFlight = 0, delayed = 0 } = (await queue.counts()).queues[queueName] ?? {};
  return visible + inFlight + delayed;
}

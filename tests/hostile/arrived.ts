import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { fault, type Fault } from './fault.ts';
import type { World } from './world.ts';

/** Takes away what waits in a queue that nobody reads. */
export async function purge({ queues }: Pick<World, 'queues'>, url: string): Promise<void> {
  await queues.sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
}

/** Ids of all events that the receiver took since the sink was last purged. */
export async function arrivedIds({ queue }: Pick<World, 'queue'>): Promise<readonly string[]> {
  return (await queue.messages('sink')).map(({ body }) => String((JSON.parse(body) as { id: unknown }).id));
}

/** What was let in of events that none may arrive of: those whose ids begin so. */
export async function letIn(world: World, prefix: string): Promise<readonly Fault[]> {
  const ids = (await arrivedIds(world)).filter((id) => id.startsWith(prefix));
  return ids.slice(0, 3).map((id) => fault('let in', `the event ${id} arrived`));
}

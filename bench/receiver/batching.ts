import { figureOf, type Bench, type Figure } from '../figure.ts';
import type { Counts } from '../stand-in/server.ts';
import type { Stage } from '../stage.ts';
import { load } from './load.ts';
import type { Server } from './servers.ts';

/** Twice as many as sixteen requests of ten hold. */
const connections = 320;

/**
 * What SQS takes to answer: long enough that sixteen requests under way are less than the receiver could send, so that there is
 * a backlog. Without it the load is what is waited for, and whenever that stalls nothing is there to fill a request.
 */
const delayMs = 16;

const sendsOf = ({ requests, entries }: Counts) => ({
  requests: requests.SendMessage + requests.SendMessageBatch,
  events: entries.SendMessage + entries.SendMessageBatch,
});

/** Requests to SQS for an event, while there is a backlog. */
export async function measureBatching({ short }: Bench, { standIn, signal }: Stage, ours: Server): Promise<Figure> {
  await standIn.set({ delayMs });
  const rounds: number[] = [];
  const says: string[] = [];
  for (let round = 0; round < (short ? 1 : 2); round++) {
    const looks: Promise<Counts>[] = [];
    const atWindow = () => void looks.push(standIn.counts());
    await load(ours, { kind: 'closed', connections }, { warmUpMs: 500, windowMs: 1_500 }, { signal, atWindow });
    const [opened, closed] = (await Promise.all(looks)).map(sendsOf);
    if (opened === undefined || closed === undefined) throw new Error('The stand-in was not asked for its counts');
    const requests = closed.requests - opened.requests;
    const events = closed.events - opened.events;
    rounds.push(requests / events);
    says.push(`${requests} requests for ${events} events: ${(requests / events).toFixed(5)} for one`);
  }
  await standIn.set({ delayMs: 0 });
  return figureOf({
    name: 'receiver SQS requests/event',
    rounds,
    against: `a backlog, ${connections} connections, ${delayMs} ms`,
    bound: { atMost: 0.1 },
    says,
  });
}

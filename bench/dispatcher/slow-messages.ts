import { figureOf, type Bench, type Figure } from '../figure.ts';
import { median } from '../measure.ts';
import { eventBody } from '../trip/event-body.ts';
import { onTripStage, queueName } from '../trip/stage.ts';
import { startConsumer } from '../trip/start-consumer.ts';
import { startDispatchers } from '../trip/start-dispatcher.ts';
import { pass, untilDelivered } from '../trip/work.ts';

const messages = 100;

const rounds = 3;

/** A tenth of the messages: one of each ten that a receive brings. */
const slow = { every: 10, latencyMs: 1_000 };

const concurrency = 10;

/** All of them in a twentieth of a second: no bound. */
const callsPerSecond = 2_000;

/** Delivered before, so that programs are compiled and their connections are open. Their ids end with no number: none is slow. */
const warmUps = { count: 300, body: eventBody('warm-{id}-up') };

/** Until what follows the last delivery of the warm-up is done, and the queue is asked again. */
const restMs = 500;

type Contender = 'dispatcher' | 'sqs-consumer';

/** Seconds from when the messages are there, while the queue is being asked for them, to the answer of the last call. */
function run(contender: Contender, signal: AbortSignal): Promise<number> {
  return onTripStage({ slow }, signal, async (stage) => {
    const { standIn, target } = stage;
    await standIn.fill({ queue: queueName, ...warmUps });
    if (contender === 'dispatcher') await startDispatchers(stage, { callsPerSecond, concurrency });
    else await startConsumer(stage, contender, concurrency);
    await untilDelivered(stage, warmUps.count);
    await pass(stage, restMs);
    const startedMs = performance.timeOrigin + performance.now();
    await standIn.fill({ queue: queueName, count: messages, body: eventBody() });
    await untilDelivered(stage, warmUps.count + messages);
    return ((await target.record()).lastAnsweredMs - startedMs) / 1_000;
  });
}

/** Whether slow messages hold up others. */
export async function measureSlowMessages({ signal, say }: Bench): Promise<readonly Figure[]> {
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) ours.push(await run('dispatcher', signal));
  const theirs = await run('sqs-consumer', signal);
  say(`100 messages, 10 of them slow: dispatcher ${median(ours).toFixed(2)} s, sqs-consumer ${theirs.toFixed(2)} s`);
  return [
    figureOf({
      name: 'dispatcher: 100 messages, 10 % slow, s',
      rounds: ours,
      against: `sqs-consumer: ${theirs.toFixed(2)} s; ideal 1.1 s`,
      bound: { atMost: 1.3 },
      says: [`10 of them take 1 s, ${concurrency} calls at once, limit ${callsPerSecond}/s`],
    }),
  ];
}

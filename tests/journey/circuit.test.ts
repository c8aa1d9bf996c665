import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.ts';

const count = 40;

describe('a target that is gone', () => {
  let gateway: Gateway;
  afterEach(() => gateway.close());

  const visible = async (): Promise<number> => {
    const { sqs, url: QueueUrl } = gateway.queue;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages);
  };
  const sendAll = async () => {
    const answers = await Promise.all(Array.from({ length: count }, (_, i) => gateway.send({ id: `event-${i}` })));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
  };
  const linesOf = (msg: string) => gateway.dispatchers.flatMap(({ log }) => log.filter((line) => line['msg'] === msg));

  it('is probed by one pod while the backlog stays in sight; then all arrive, at no attempt', async () => {
    gateway = await startGateway({ calls: 20, dispatchers: 2, latencyMs: 10 });
    await gateway.target.stop();
    await sendAll();
    await Promise.all(gateway.dispatchers.map((pod) => pod.logged(({ msg }) => msg === 'circuit.open')));
    await gateway.dispatchers[0]?.logged(({ msg }) => msg === 'delivery.attempted');
    // What was tried before it opened waits, hidden, for some seconds: at most a call per slot of two pods.
    // Slots that were given before are given up by then.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    while ((await visible()) < count - 15) await new Promise((resolve) => setTimeout(resolve, 50));
    const tried = linesOf('delivery.attempted').length;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(linesOf('delivery.attempted')).toHaveLength(tried);
    await gateway.replaceTarget();
    await gateway.delivered(count, 40_000);
    const summary = await gateway.summary();
    expect(summary).toMatchObject({ effects: count, duplicates: 0, violations: 0 });
    const delivered = linesOf('delivery.attempted').filter(({ outcome }) => outcome === 'delivered');
    expect(delivered.map(({ attempt }) => attempt)).toEqual(delivered.map(() => 1));
    expect(await gateway.queue.take(gateway.queue.deadLetterUrl)).toEqual([]);
  });

  it('is probed by a new pod where the one that did was killed', async () => {
    gateway = await startGateway({ calls: 20, latencyMs: 10, timeout: '200ms' });
    await gateway.target.stop();
    await sendAll();
    const [first] = gateway.dispatchers;
    await first?.logged(({ msg }) => msg === 'circuit.asked');
    await first?.stop('SIGKILL');
    await gateway.replaceTarget();
    await gateway.startDispatcher();
    await gateway.delivered(count, 50_000);
    expect((await gateway.summary()).duplicates).toBe(0);
  });
});

describe('calls in doubt that are asked for', () => {
  let gateway: Gateway;
  afterEach(() => gateway.close());

  it('take effect once at a target without keys, whether they arrived or not', async () => {
    const query = 'query Find($key: ID!) { delivery(key: $key) { id } }';
    gateway = await startGateway({ settings: { inDoubt: { reconcile: { query } } }, timeout: '500ms' });
    const faults = { arrived: 'resetAfter', 'never arrived': 'resetBefore' };
    for (const [id, fault] of Object.entries(faults)) {
      await gateway.admin('POST', '/faults', { fault, match: { id } });
      await gateway.send({ id });
    }
    await gateway.delivered(2, 30_000);
    const pod = gateway.dispatchers[0];
    await pod?.logged(({ event_id, says }) => event_id === 'arrived' && says === 'found');
    await pod?.logged(({ event_id, says }) => event_id === 'never arrived' && says === 'missing');
    await pod?.logged(({ event_id, outcome }) => event_id === 'never arrived' && outcome === 'delivered');
    // One call and one question; one call, one question and one call more.
    expect(await gateway.summary()).toMatchObject({ calls: 5, effects: 2, duplicates: 0 });
    expect(await gateway.queue.take(gateway.queue.deadLetterUrl)).toEqual([]);
  });

  it('are asked for again where the question is refused, or is not answered itself', async () => {
    const query = 'query Find($key: ID!) { delivery(key: $key) { id } }';
    const settings = { inDoubt: { reconcile: { query } }, retry: { backoff: { first: '100ms', max: '1s' } } };
    gateway = await startGateway({ settings, timeout: '500ms' });
    await gateway.admin('POST', '/faults', { fault: 'resetAfter', match: { id: 'arrived' } });
    await gateway.send({ id: 'arrived' });
    const [pod] = gateway.dispatchers;
    await pod?.logged(({ outcome }) => outcome === 'in_doubt');
    await gateway.admin('POST', '/faults', { fault: 'errors', code: 'BAD_USER_INPUT' });
    const refused = await pod?.logged(({ msg, outcome }) => msg === 'delivery.asked_for' && outcome !== undefined);
    expect(refused).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/^the question was refused: /) });
    await gateway.admin('POST', '/faults', { fault: 'resetAfter' });
    await pod?.logged(({ msg, outcome }) => msg === 'delivery.asked_for' && outcome === 'unavailable');
    await pod?.logged(({ says }) => says === 'found');
    expect(await gateway.summary()).toMatchObject({ calls: 4, effects: 1, duplicates: 0 });
  });
});

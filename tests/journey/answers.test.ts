import { SendMessageCommand, type Message } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.ts';

describe('what the target answers', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({
      calls: 50,
      settings: { retry: { attempts: 3, backoff: { first: '100ms', max: '1s' } } },
    });
  });
  afterAll(() => gateway.close());
  beforeEach(async () => {
    await gateway.admin('POST', '/reset');
  });

  const deadLetter = async (): Promise<Message> => {
    for (let look = 0; look < 150; look++) {
      const [letter] = await gateway.queue.take(gateway.queue.deadLetterUrl);
      if (letter !== undefined) return letter;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('No dead letter came');
  };
  const reasonOf = ({ MessageAttributes = {} }: Message) => ({
    class: MessageAttributes['class']?.StringValue,
    reason: MessageAttributes['reason']?.StringValue,
    attempts: MessageAttributes['attempts']?.StringValue,
  });

  it('429: the fleet waits as long as it is told, and no attempt is spent', async () => {
    await gateway.admin('POST', '/faults', { fault: 'status', status: 429, retryAfter: 2, times: 1 });
    await gateway.send({ id: 'throttled' });
    const startedMs = performance.now();
    await gateway.delivered(1);
    expect(performance.now() - startedMs).toBeGreaterThan(2_000);
    const line = await gateway.dispatchers[0]?.logged(
      ({ event_id, outcome }) => event_id === 'throttled' && outcome === 'delivered',
    );
    expect(line).toMatchObject({ attempt: 1, status: 200 });
  });

  it('429 for one event alone: it stops the others three times, and no more', async () => {
    await gateway.admin('POST', '/faults', {
      fault: 'status',
      status: 429,
      retryAfter: 1,
      times: null,
      match: { id: 'alone' },
    });
    await gateway.send({ id: 'alone' });
    let sent = 0;
    let calls: readonly { id: string; arrival: number }[] = [];
    const ofAlone = () => calls.filter(({ id }) => id === 'alone').length;
    // Others all the time, and hardly ever a backlog behind which it would wait.
    while (ofAlone() < 6) {
      for (let i = 0; i < 20; i++) await gateway.send({ id: `beside ${sent++}` });
      await new Promise((resolve) => setTimeout(resolve, 500));
      calls = await gateway.admin('GET', '/calls?limit=10000');
    }
    const beside = calls.filter(({ id }) => id !== 'alone').map(({ arrival }) => arrival);
    const gaps = beside.filter((arrival, i) => arrival - (beside[i - 1] ?? arrival) > 900);
    expect(gaps.length).toBeLessThanOrEqual(3);
    await gateway.admin('DELETE', '/faults');
    await gateway.delivered(sent + 1, 20_000);
  }, 90_000);

  it.each([
    ['500', { fault: 'status', status: 500 }],
    ['502 from a proxy', { fault: 'html', commit: false }],
    ['a reset before the commit', { fault: 'resetBefore' }],
    ['a reset after the commit', { fault: 'resetAfter' }],
    ['broken JSON', { fault: 'brokenJson', commit: true }],
    ['no answer', { fault: 'hang', commit: true }],
  ])('%s: it is tried again with the same key, and takes effect once', async (name, fault) => {
    await gateway.admin('POST', '/faults', fault);
    await gateway.send({ id: `again after ${name}` });
    await gateway.delivered(1);
    const dispatcher = gateway.dispatchers[0];
    await dispatcher?.logged(({ event_id, outcome }) => event_id === `again after ${name}` && outcome === 'delivered');
    const { effects, calls } = await gateway.summary();
    expect({ effects, calls }).toEqual({ effects: 1, calls: 2 });
  });

  it.each([
    ['a refusal in the body', { fault: 'errors', code: 'BAD_USER_INPUT' }, 'BAD_USER_INPUT'],
    ['a refusal by status', { fault: 'status', status: 422 }, '422'],
    ['userErrors', { fault: 'userErrors' }, 'userErrors'],
  ])('%s: a dead letter at once, with the reason', async (name, fault, reason) => {
    await gateway.admin('POST', '/faults', fault);
    await gateway.send({ id: name, secret: 'hunter2' });
    const letter = await deadLetter();
    expect(reasonOf(letter)).toMatchObject({ class: 'refused', reason });
    expect(JSON.parse(letter.Body ?? '')).toMatchObject({ id: name, data: { secret: 'hunter2' } });
    expect(await gateway.summary()).toMatchObject({ calls: 1, effects: 0 });
  });

  it('failures without end: a dead letter when the attempts are spent; others pass meanwhile', async () => {
    await gateway.admin('POST', '/faults', {
      fault: 'errors',
      code: 'INTERNAL_SERVER_ERROR',
      times: null,
      match: { id: 'poison' },
    });
    await gateway.send({ id: 'poison' });
    await gateway.send({ id: 'healthy' });
    await gateway.delivered(1);
    expect(reasonOf(await deadLetter())).toEqual({ class: 'failed', reason: 'INTERNAL_SERVER_ERROR', attempts: '3' });
  });

  it('a message that is no event of ours goes to the dead letters as it is', async () => {
    await gateway.queue.sqs.send(
      new SendMessageCommand({ QueueUrl: gateway.queue.url, MessageBody: '{"hello":"world"}' }),
    );
    const letter = await deadLetter();
    expect(reasonOf(letter)).toMatchObject({ class: 'malformed', reason: 'the message is not a CloudEvent 1.0' });
    expect(letter.Body).toBe('{"hello":"world"}');
  });

  it('says nothing of payloads, keys or variables in any log', () => {
    const all = [gateway.receiver, ...gateway.dispatchers].map(({ log }) => JSON.stringify(log)).join('\n');
    expect(all).toContain('delivery.attempted');
    expect(all).not.toContain('hunter2');
    expect(all).not.toContain(gateway.key);
  });
});

import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDocumented } from './documented.ts';
import { startReceiver, type Receiver } from './harness.ts';

describe('a backlog that its limit would not work off in half its retention', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    // A minute, of which half is 1,500 events at 50 calls a second.
    const Attributes = { MessageRetentionPeriod: '60' };
    await receiver.queue.sqs.send(new SetQueueAttributesCommand({ QueueUrl: receiver.queue.url, Attributes }));
  });
  afterAll(() => receiver.close());

  const until = async (status: number) => {
    const deadlineMs = performance.now() + 30_000;
    for (;;) {
      const answer = await receiver.post('{"id":"one more"}');
      if (answer.status === status) return answer;
      expect(performance.now()).toBeLessThan(deadlineMs);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  it('is added to no more, until it is shorter', async () => {
    const hundred = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ id: String(i) })));
    for (let batch = 0; batch < 16; batch++) await receiver.post(hundred, {}, '/events/batch');
    const refusal = await until(503);
    const { body } = await receiver.request('GET', '/openapi.json');
    createDocumented(body as Record<string, unknown>).refusedAs(refusal, 'backlog_full');
    expect(Number(refusal.headers.get('retry-after'))).toBeLessThan(30);
    const batch = await receiver.post(hundred, {}, '/events/batch');
    expect(batch).toMatchObject({ status: 207, body: { results: { 0: { code: 'backlog_full', id: '0' } } } });
    expect(batch.headers.has('retry-after')).toBe(true);
    await receiver.queue.purge();
    await until(202);
  }, 60_000);
});

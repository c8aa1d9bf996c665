import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloudEvent, startReceiver, structured, type Receiver } from './harness.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

describe('the SQS client', () => {
  it('is the one of the AWS SDK, where that is wished', async () => {
    const bySdk = await startReceiver({ env: { EGW_SQS_CLIENT: 'sdk' } });
    expect(bySdk.app.listening).toMatchObject({ sqs: 'sdk' });
    await bySdk.arrived(cloudEvent('by-sdk'), structured);
    await bySdk.close();
    expect(receiver.app.listening).toMatchObject({ sqs: 'direct' });
  });
});

describe('while SQS takes nothing', () => {
  it('events are turned away at once, and are taken again as soon as it does', async () => {
    let count = 0;
    const send = () => receiver.post(cloudEvent(`event-${count++}`), structured);
    receiver.queueProxy.freeze();
    // More than the requests that may be under way hold; each is told when its time is over.
    const early = Array.from({ length: 400 }, send);
    let answer = await send();
    let startedMs = performance.now();
    while ((answer.body as { code: string }).code !== 'saturated') {
      startedMs = performance.now();
      answer = await send();
    }
    // The others were told after half a second.
    expect(performance.now() - startedMs).toBeLessThan(300);
    expect(answer).toMatchObject({ status: 503, body: { code: 'saturated', title: 'Saturated', status: 503 } });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'retry-after': '1',
      'content-type': 'application/problem+json',
      'x-content-type-options': 'nosniff',
    });
    // A browser is told within its own rules, and by the queue that is full.
    const browser = await receiver.post(cloudEvent('browser'), { ...structured, origin: 'https://app.example.com' });
    expect(browser).toMatchObject({ status: 503, body: { code: 'saturated', id: 'browser' } });
    const statuses = (await Promise.all(early)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([503]));
    const line = await receiver.app.logged(({ msg }) => msg === 'requests.shed');
    expect(line).toMatchObject({ outcome: 'saturated', requests: expect.any(Number) as unknown });

    receiver.queueProxy.mend();
    while (answer.status !== 202) answer = await send();
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decode, encode, keyOf, type GatewayEvent } from '../../apps/shared/event.ts';
import { recordKey } from '../../apps/shared/state-keys.ts';
import { event } from '../dispatcher/held.ts';
import { jsonLines, names, startDesk, until, type Desk } from './desk.ts';

const events = (count: number, more: Partial<GatewayEvent> = {}) =>
  Array.from({ length: count }, (_, i) => event({ id: `e-${i}`, ...more }));
const refused = { class: 'refused', reason: 'the customer is gone' } as const;

describe('egw dlq redrive', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await startDesk([{ calls: 100, per: '1s' }]);
  });
  afterEach(() => desk.clear());
  afterAll(() => desk.close());

  const queued = async (): Promise<GatewayEvent[]> =>
    (await desk.queue.take(desk.queue.url)).map(({ Body = '' }) => {
      const decoded = decode(Body);
      if (!decoded.ok) throw new Error(decoded.fault);
      return decoded.event;
    });
  const claim = async (brought: GatewayEvent) => {
    const message = { messageId: '-', receiptHandle: '-', body: '', sentAtMs: Date.now(), receiveCount: 1 };
    const received = { message: { ...message, firstSentAtMs: undefined, requestedAtMs: 0 }, event: brought };
    const [kind] =
      (await desk.ledger.claim([{ ...received, key: keyOf(names.instance, names.target, brought) }])) ?? [];
    return kind;
  };
  const letters = () => desk.depth(desk.queue.deadLetterUrl);

  it('counts first, and changes nothing', async () => {
    await desk.bury(events(21), refused);
    await desk.write([{ body: 'no event' }, { body: encode(event({ id: 'forgotten' })) }]);
    const before = await desk.redis.redis.keys('*');
    const dry = await desk.egw(['dlq', 'redrive', '--dry-run', '--share', '0.1', '--json']);
    // 20 spaces of (1 s + 20 ms) / 100 / 0.1.
    expect(jsonLines(dry)).toEqual([
      {
        target: 'crm',
        dry_run: true,
        looked_at: 23,
        matching: 23,
        would_redrive: 21,
        skipped_malformed: 1,
        skipped_ended: 1,
        skipped_died_again: 0,
        skipped_not_sent: 0,
        not_deleted: 0,
        came_later: 0,
        spacing_ms: 102,
        would_take_seconds: 2,
        records_checked: true,
      },
    ]);
    expect(dry.stderr).toContain('21 letters of 23 at crm would be sent again. It would take 2s: one every 102 ms');
    expect(await letters()).toEqual([23, 0]);
    expect(await desk.depth(desk.queue.url)).toEqual([0, 0]);
    expect(await desk.redis.redis.keys('*')).toEqual(before);
  });

  it('brings events back as they were, with fresh attempts, and the ledger takes them', async () => {
    const data = { kind: 'json', text: '{"id":12345678901234567890,"price":1.10}' } as const;
    await desk.bury(events(3, { data }), { ...refused, attempts: 8 });
    await desk.bury([event({ id: 'twice', redrive: 4 })], refused);
    const twin = event({ id: 'twin', data });
    expect(await claim(event({ id: 'twin' }))).toMatchObject({ kind: 'claimed' });
    await desk.bury([twin], { class: 'conflict', reason: 'another event has another content' });
    const ended = await desk.egw(['dlq', 'redrive', 'crm', '--share', '1']);
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    expect(ended.stderr).toContain('5 letters of 5 at crm sent again: one every 11 ms, 1 of the limit.');
    expect(await letters()).toEqual([0, 0]);
    const brought = await queued();
    expect(brought.map(({ id, redrive }) => `${id} ${redrive}`).toSorted()).toEqual([
      'e-0 1',
      'e-1 1',
      'e-2 1',
      'twice 5',
      'twin 1',
    ]);
    expect(brought.find(({ id }) => id === 'twin')).toEqual({ ...twin, redrive: 1, identity: 'digest' });
    expect(brought.find(({ id }) => id === 'e-0')).toEqual({ ...event({ id: 'e-0', data }), redrive: 1 });
    for (const each of brought) expect(await claim(each)).toMatchObject({ kind: 'claimed', attempts: 0 });
  });

  it('leaves an event whose record has ended, unless it is forced', async () => {
    await desk.bury(events(2), refused);
    await desk.redis.redis.del(
      recordKey(names.instance, names.target, keyOf(names.instance, names.target, event({ id: 'e-1' }))),
    );
    const careful = await desk.egw(['dlq', 'redrive']);
    expect(careful.stderr).toContain('1 letter left: they have no record in the ledger any more');
    expect(careful.stderr).toContain('--force');
    expect(careful.code).toBe(0);
    expect((await queued()).map(({ id }) => id)).toEqual(['e-0']);
    expect(await letters()).toEqual([1, 0]);
    await desk.egw(['dlq', 'redrive', '--force']);
    expect((await queued()).map(({ id }) => id)).toEqual(['e-1']);
  });

  it('does nothing while Redis is gone, unless it is forced', async () => {
    await desk.bury(events(1), refused);
    const gone = { REDIS_URL: 'redis://127.0.0.1:1' };
    expect(await desk.egw(['dlq', 'redrive'], gone)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Redis at 127\.0\.0\.1:1 cannot be reached .*--force sends all the same\.\n$/),
    });
    expect(await letters()).toEqual([1, 0]);
    expect(await desk.egw(['dlq', 'redrive', '--force'], gone)).toMatchObject({ code: 0 });
    expect(await queued()).toHaveLength(1);
  });

  it('loses nothing when it is killed between the send and the delete; the ledger knows what was sent twice', async () => {
    await desk.bury(events(1), refused);
    desk.hold('DeleteMessage');
    const { child, ended } = desk.start(['dlq', 'redrive', '--hide', '4s']);
    await until(async () => (await desk.depth(desk.queue.url))[0] === 1);
    child.kill('SIGKILL');
    await ended;
    desk.hold(undefined);
    expect((await desk.egw(['dlq', 'list'])).stderr).toContain('About 1 letter could not be seen: another reader has');
    await until(() => desk.letterShown());
    expect(await desk.egw(['dlq', 'redrive'])).toMatchObject({ code: 0 });
    expect(await letters()).toEqual([0, 0]);
    const [first, second, ...more] = await queued();
    if (first === undefined || second === undefined) throw new Error('It was not sent twice');
    expect([second, more]).toEqual([first, []]);
    const claimed = await claim(first);
    if (claimed?.kind !== 'claimed') throw new Error(`It is ${claimed?.kind ?? 'gone'}`);
    await desk.ledger.complete({
      event: first,
      key: keyOf(names.instance, names.target, first),
      owner: claimed.owner,
    });
    expect(await claim(second)).toEqual({ kind: 'done' });
  });

  it('ends at Ctrl-C after the letter in hand, gives the rest back, and goes on when it is run again', async () => {
    await desk.bury(events(230), refused);
    const { child, ended } = desk.start(['dlq', 'redrive', '--share', '0.5']);
    await until(async () => (await desk.depth(desk.queue.url))[0] >= 5);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Stopped before the end: run it again to go on.');
    const [left, hidden] = await letters();
    const [sent] = await desk.depth(desk.queue.url);
    expect([left + sent, hidden]).toEqual([230, 0]);
    expect(left).toBeGreaterThan(0);
    expect(await desk.egw(['dlq', 'redrive', '--share', '1'])).toMatchObject({ code: 0 });
    expect(new Set((await queued()).map(({ id }) => id)).size).toBe(230);
    expect(await letters()).toEqual([0, 0]);
  });

  it('sends no faster than its share', async () => {
    await desk.bury(events(11), refused);
    const startedMs = performance.now();
    await desk.egw(['dlq', 'redrive', '--share', '0.05']);
    // Ten spaces of 204 ms.
    expect(performance.now() - startedMs).toBeGreaterThan(2_040);
    expect(await queued()).toHaveLength(11);
  });

  it('meets each letter once, however long it takes', async () => {
    await desk.bury(events(5), refused);
    await desk.write(events(12, { type: 'other' }).map((each) => ({ body: encode(each) })));
    // Four spaces of 1.02 s, in which letters that are hidden for 2 s would come back.
    const ended = await desk.egw(['dlq', 'redrive', '--hide', '2s', '--share', '0.01', '--type', 'order.*', '--json']);
    expect(jsonLines(ended)).toMatchObject([{ looked_at: 17, matching: 5, redriven: 5, stopped: false }]);
    expect(await letters()).toEqual([12, 0]);
  });

  it('says what was done when SQS goes away, and gives back what it can', async () => {
    await desk.bury(events(30), refused);
    const running = desk.start(['dlq', 'redrive', '--share', '0.1']);
    await until(async () => (await desk.depth(desk.queue.url))[0] >= 2);
    desk.refuse('SendMessage');
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\d+ letters of \d+ at crm sent again[^]*\n\d+ letters left: they were not taken by the queue\./,
    );
    expect(stderr).toContain('It ended early. The role may not use this queue');
    const [left, hidden] = await letters();
    expect([left + (await desk.depth(desk.queue.url))[0], hidden]).toEqual([30, 0]);
  });

  it('does not go round with an event that dies again', async () => {
    await desk.bury(events(1), refused);
    const running = desk.start(['dlq', 'redrive']);
    await until(async () => (await desk.depth(desk.queue.url))[0] === 1);
    await desk.bury(await queued(), refused);
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 letter left: they died again after this run')]);
    expect(await desk.depth(desk.queue.url)).toEqual([0, 1]);
    expect(await letters()).toEqual([1, 0]);
  });

  it('tells a letter that SQS moved itself from ours', async () => {
    await desk.write([{ body: encode(event({ id: 'moved' })) }]);
    const [line] = jsonLines(await desk.egw(['dlq', 'list', '--class', 'unknown', '--json']));
    expect(line).toMatchObject({
      event_id: 'moved',
      class: 'unknown',
      reason: 'nobody wrote down why',
      attempts: null,
    });
    await desk.egw(['dlq', 'redrive', '--force']);
    expect((await queued()).map(({ redrive }) => redrive)).toEqual([1]);
  });
});

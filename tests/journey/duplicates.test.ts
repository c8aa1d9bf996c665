import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newKey } from '../../apps/shared/keys.ts';
import { startGateway, type Gateway } from '../support/gateway.ts';

describe('the same event twice', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ calls: 50, latencyMs: 50 });
  });
  afterAll(() => gateway.close());

  const deliveredIds = async () => (await gateway.effects()).map(({ id }) => id);
  const github = (id: string) => ({ 'x-github-delivery': id });

  it('at once, is called once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => gateway.send({ action: 'opened' }, github('same'))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 202));
    await gateway.send({ id: 'sentinel-1' });
    await gateway.delivered(2);
    expect((await deliveredIds()).sort()).toEqual(['same', 'sentinel-1']);
    expect(await gateway.summary()).toMatchObject({ duplicates: 0, effects: 2 });
  });

  it('later, is called once', async () => {
    await gateway.send({ action: 'opened' }, github('same'));
    await gateway.send({ id: 'sentinel-2' });
    await gateway.delivered(3);
    expect(await gateway.summary()).toMatchObject({ duplicates: 0, calls: 3 });
  });

  it('with another content under the same id, is kept as a conflict', async () => {
    await gateway.send({ action: 'closed' }, github('same'));
    const dispatcher = gateway.dispatchers[0];
    await gateway.send({ id: 'sentinel-3' });
    await gateway.delivered(4);
    let letters = await gateway.queue.take(gateway.queue.deadLetterUrl);
    for (let look = 0; letters.length === 0 && look < 50; look++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      letters = await gateway.queue.take(gateway.queue.deadLetterUrl);
    }
    expect(letters.map(({ MessageAttributes }) => MessageAttributes?.['class']?.StringValue)).toEqual(['conflict']);
    expect(dispatcher?.child.exitCode).toBeNull();
  });

  it('from another sender, is another event: nobody can block the ids of somebody else', async () => {
    const { effects } = await gateway.summary();
    const file = join(dirname(gateway.env['EGW_CONFIG'] ?? ''), 'keys.json');
    const { key, record } = newKey('other', randomBytes);
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: readonly unknown[] };
    await writeFile(file, JSON.stringify({ keys: [...keys, record] }));
    await gateway.receiver.logged(({ msg }) => msg === 'api_keys.read_anew');
    expect((await gateway.send({ action: 'opened' }, { ...github('same'), 'x-api-key': key })).status).toBe(202);
    await gateway.delivered(effects + 1);
    expect((await deliveredIds()).filter((id) => id === 'same')).toHaveLength(2);
  });

  it('by the id of its subject with another content, is two events', async () => {
    await gateway.send({ id: 42, state: 'created' });
    await gateway.send({ id: 42, state: 'updated' });
    await gateway.delivered(7);
    expect((await deliveredIds()).filter((id) => id === '42')).toHaveLength(2);
  });

  it('after a crash before its answer came, is called again with the same key, and takes effect once', async () => {
    const { effects } = await gateway.summary();
    await gateway.admin('POST', '/faults', { fault: 'slowBody', ms: 60_000, match: { id: 'crashed' } });
    await gateway.send({ id: 'crashed' });
    await gateway.delivered(effects + 1);
    await gateway.dispatchers[0]?.stop('SIGKILL');
    const again = await gateway.startDispatcher();
    // The dead pod's hold lasts 14 s; then the event is in doubt, and asked for again.
    const line = await again.logged(({ event_id }) => event_id === 'crashed');
    expect(line).toMatchObject({ outcome: 'delivered', attempt: 2 });
    expect(await gateway.summary()).toMatchObject({ effects: effects + 1, duplicates: 1 });
  });
});

import { describe, expect, it } from '@jest/globals';
import { createRounds } from '../../apps/dispatcher/rounds.ts';

/** What went out, by packet. */
function open(patienceMs: number) {
  const packets: string[][] = [];
  let isCorked = false;
  const link = {
    cork: () => {
      isCorked = true;
      packets.push([]);
    },
    uncork: () => {
      isCorked = false;
    },
  };
  const rounds = createRounds(() => link, patienceMs);
  const command = (name: string) => () => {
    if (!isCorked) packets.push([]);
    packets.at(-1)?.push(name);
    return Promise.resolve(name);
  };
  return { packets, rounds, command };
}

describe('what is said to Redis', () => {
  it('waits for what goes at once, and goes with it', async () => {
    const { packets, rounds, command } = open(60_000);
    const done = [rounds.soon(command('complete 1')), rounds.soon(command('complete 2'))];
    expect(packets).toEqual([]);
    expect(await rounds.now(command('permit'))).toBe('permit');
    expect(packets).toEqual([['complete 1', 'complete 2', 'permit']]);
    expect(await Promise.all(done)).toEqual(['complete 1', 'complete 2']);
  });

  it('waits for four others at the most', () => {
    const { packets, rounds, command } = open(60_000);
    for (const name of ['1', '2', '3', '4', '5', '6']) void rounds.soon(command(name));
    expect(packets).toEqual([['1', '2', '3', '4', '5']]);
    void rounds.now(command('permit'));
    expect(packets).toEqual([
      ['1', '2', '3', '4', '5'],
      ['6', 'permit'],
    ]);
  });

  it('waits for no longer than its patience', async () => {
    const { packets, rounds, command } = open(10);
    expect(await rounds.soon(command('complete'))).toBe('complete');
    expect(packets).toEqual([['complete']]);
  });

  it('goes at once where there is no patience', () => {
    const { packets, rounds, command } = open(0);
    void rounds.soon(command('complete'));
    expect(packets).toEqual([['complete']]);
  });

  it('fails alone, and also where there is no connection', async () => {
    const rounds = createRounds(() => undefined, 10);
    const [first, second] = await Promise.allSettled([
      rounds.soon(() => Promise.reject(new Error('lost'))),
      rounds.now(() => Promise.resolve('there')),
    ]);
    expect(first).toMatchObject({ status: 'rejected' });
    expect(second).toEqual({ status: 'fulfilled', value: 'there' });
  });
});

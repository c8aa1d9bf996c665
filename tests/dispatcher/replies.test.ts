import { describe, expect, it } from '@jest/globals';
import { loadScripts, type Scripts } from '../../apps/dispatcher/scripts.ts';
import type { Redis } from '../../apps/shared/redis.ts';

/** A Redis that replies the same to every script. */
function replying(reply: unknown): Scripts {
  const redis: Record<string, unknown> = {
    defineCommand(name: string) {
      redis[name] = () => Promise.resolve(reply);
    },
  };
  return loadScripts(redis as unknown as Redis);
}

const names = Object.keys(replying([])) as (keyof Scripts)[];

describe('a reply that no script gives', () => {
  it.each<[string, unknown]>([
    ['a word', 'OK'],
    ['nothing', null],
    ['an error in words', ['ERR']],
    ['a list of what is no number', [Number.NaN]],
    ['a map', { slots: [1] }],
    ['a list in a list in a list', [[['slots', 1]]]],
    ['slots that are none', ['slots', 'soon']],
    ['a pause without an end', ['paused', 'x', 1, 'throttled']],
    ['a name that every object has', ['constructor']],
  ])('is as good as none: %s', async (_what, reply) => {
    const scripts = replying(reply);
    for (const name of names) {
      expect({ name, ...(await scripts[name]([], [])) }).toMatchObject({ name, ok: false, reason: expect.any(String) });
    }
  });

  it('is told from those that they give', async () => {
    expect(await replying(['slots', 0, '12.5']).permit([], [])).toMatchObject({ ok: true });
    expect(await replying(['token', 'sealed', 1_000]).token([], [])).toMatchObject({ ok: true });
    expect(await replying([['claimed', 0, 1], ['done']]).claim([], [])).toMatchObject({ ok: true });
  });
});

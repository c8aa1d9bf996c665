import { describe, expect, it } from '@jest/globals';
import { createBell } from '../../apps/dispatcher/timing.ts';

describe('a bell', () => {
  it('wakes all who wait, and nobody who comes later', async () => {
    const bell = createBell();
    const { signal } = new AbortController();
    const woken = Promise.all([bell.heard(signal), bell.heard(signal, 60_000)]);
    bell.ring();
    await woken;
    const late = await Promise.race([
      bell.heard(signal, 20).then(() => 'its time'),
      bell.heard(signal).then(() => 'rung'),
    ]);
    expect(late).toBe('its time');
  });

  it('is waited for no longer than the signal lasts', async () => {
    const stop = new AbortController();
    const heard = createBell().heard(stop.signal);
    stop.abort();
    await heard;
    await createBell().heard(stop.signal);
  });
});

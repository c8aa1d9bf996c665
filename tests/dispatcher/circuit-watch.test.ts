import { beforeEach, describe, expect, it } from '@jest/globals';
import { createCircuit, type Asked } from '../../apps/dispatcher/circuit.ts';
import { createBell, type Bell } from '../../apps/dispatcher/timing.ts';
import { createLog } from '../../apps/shared/log.ts';
import { pace, circuitOfEachTest } from './circuitry.ts';
import { names, type Timed } from './clock.ts';

describe('a pod that watches the circuit', () => {
  const circuitry = circuitOfEachTest();
  let redisGone: boolean;
  let moves: string[];
  let moved: Bell;
  beforeEach(async () => {
    redisGone = false;
    moves = [];
    moved = createBell();
    await circuitry().fail(5);
    await circuitry().time.pass(1_000);
  });

  const watch = (ask: () => Promise<Asked>) => {
    const { time } = circuitry();
    const script: Timed['scripts']['probe'] = async (keys, args) => {
      moves.push(String(args[2]));
      moved.ring();
      return redisGone ? { ok: false, reason: 'gone' } : time.scripts.probe(keys, args);
    };
    const changed = createBell();
    const log = createLog('tests', 'silent');
    const { reserve } = time.pod(pace);
    const circuit = createCircuit({ script, names, pod: 'pod-1', timeoutMs: 1_000, reserve, ask, changed, log });
    const stop = new AbortController();
    circuit.opened();
    const watching = circuit.watch(stop.signal);
    const ended = async () => {
      stop.abort();
      await watching;
    };
    return { circuit, changed, ended };
  };
  const until = async (fits: () => boolean, bell: Bell) => {
    while (!fits()) await bell.heard(new AbortController().signal, 5_000);
  };
  it('goes on where Redis breaks off, and leaves the probe to others when it stops', async () => {
    redisGone = true;
    const { circuit, changed, ended } = watch(() => Promise.resolve('somebody'));
    await until(() => moves.length >= 2, moved);
    expect(circuit.isSending()).toBe(false);
    redisGone = false;
    await until(circuit.isSending, changed);
    expect(await circuitry().move('pod-2')).toEqual(['wait', expect.any(Number)]);
    await ended();
    expect(circuit.isSending()).toBe(false);
    expect(moves.at(-1)).toBe('leave');
    expect(await circuitry().move('pod-2')).toEqual(['ask']);
  });

  it('goes on where Redis breaks off when it would tell what it found', async () => {
    const { circuit, changed, ended } = watch(() => {
      redisGone = !moves.includes('answered');
      return Promise.resolve('somebody');
    });
    await until(() => moves.includes('answered'), moved);
    redisGone = false;
    await until(circuit.isSending, changed);
    await ended();
  });

  it('asks again where its slot passed unused, and where asking breaks', async () => {
    const finds = [() => Promise.reject(new Error('broken')), () => Promise.resolve('unused' as const)];
    const { circuit, changed, ended } = watch(() => finds.shift()?.() ?? Promise.resolve('somebody'));
    await until(circuit.isSending, changed);
    expect(finds).toEqual([]);
    await ended();
  });

  it('leaves the probe to nobody when Redis is gone at its stop, but stops', async () => {
    const { circuit, changed, ended } = watch(() => Promise.resolve('somebody'));
    await until(circuit.isSending, changed);
    redisGone = true;
    await ended();
    expect(await circuitry().move('pod-2')).toEqual(['wait', expect.any(Number)]);
  });
});

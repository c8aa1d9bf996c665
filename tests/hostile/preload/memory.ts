/** Loaded into an app that is started with --expose-gc: at each SIGUSR2 it collects, and tells what is left. */
import { setTimeout as wait } from 'node:timers/promises';

const gc =
  globalThis.gc ??
  (() => {
    throw new Error('Start it with --expose-gc');
  });

/** What one collection frees, finalizers let go of for the next. */
const rounds = 4;

const tell = async () => {
  for (let round = 0; round < rounds; round++) {
    gc();
    await wait(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  process.stderr.write(`${JSON.stringify({ msg: 'memory', used: heapUsed + external, rss })}\n`);
};

process.on('SIGUSR2', () => void tell());

/**
 * Loaded into the target where arrivals are told by its own clock: what held up its event loop held up its record, too.
 * Writes the longest delay of each tenth of a second, by `performance.now()`, to the file in LOOP_DELAY_FILE at the end.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const file = process.env['LOOP_DELAY_FILE'];
if (file === undefined) throw new Error('LOOP_DELAY_FILE names no file');
const sampleMs = 100;
const histogram = monitorEventLoopDelay({ resolution: 2 });
histogram.enable();
const stalls: { readonly atMs: number; readonly delayMs: number }[] = [];
const sample = () => {
  stalls.push({ atMs: performance.now(), delayMs: histogram.max / 1e6 });
  histogram.reset();
};
setInterval(sample, sampleMs).unref();
process.once('exit', () => {
  sample();
  writeFileSync(file, JSON.stringify(stalls));
});

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The core of what is measured, and the core of all that is around it. */
export const cores = { measured: 0, around: 1 } as const;

/** `USER_HZ`, by which Linux tells times to programs on every machine. */
const ticksPerSecond = 100;

/** CPU that a process took by now, in user and kernel, in seconds; exact to 0.01. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything; the state is the first field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Memory of a process that lies in RAM. */
export function rssBytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kibibytes === undefined) throw new Error(`Process ${pid} tells no VmRSS: has it ended?`);
  return Number(kibibytes) * 1_024;
}

/** What each core did by now, in ticks. */
export type CoreTimes = readonly { readonly busy: number; readonly all: number }[];

export function readCoreTimes(): CoreTimes {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n');
  return lines
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => {
      // user nice system idle iowait irq softirq steal; guest time is in user already.
      const ticks = line.split(/\s+/).slice(1, 9).map(Number);
      const all = ticks.reduce((sum, each) => sum + each, 0);
      return { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all };
    });
}

/** How busy each core was between two looks, from 0 to 1. */
export function coreUse(before: CoreTimes, after: CoreTimes): readonly number[] {
  return after.map(({ busy, all }, core) => {
    const was = before[core] ?? { busy: 0, all: 0 };
    return all === was.all ? 0 : (busy - was.busy) / (all - was.all);
  });
}

export function describeCores(use: readonly number[]): string {
  return use.map((share, core) => `core ${core} ${Math.round(share * 100)} %`).join(', ');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** From the least to the most, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** The command, on one core alone. `taskset` becomes it, so its pid is the command's. */
export function pinned(core: number, command: string, args: readonly string[]): Command {
  return { command: 'taskset', args: ['-c', String(core), command, ...args] };
}

/** A thread may end while all are listed; the next list has it no more. */
const mostTries = 5;

/** Puts this process, and whatever it starts without a word about cores, beside what is measured. */
export function stepAside(): void {
  let cause: unknown;
  for (let tries = 0; tries < mostTries; tries++) {
    try {
      execFileSync('taskset', ['-acp', String(cores.around), String(process.pid)], { stdio: 'pipe' });
      return;
    } catch (error) {
      cause = error;
    }
  }
  const why = cause instanceof Error ? cause.message.trim() : String(cause);
  throw new Error(`${why}. The benchmark needs Linux, two cores and taskset: run it on such a machine`, { cause });
}

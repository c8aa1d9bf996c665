import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Round trips that a process has made to a local port by now, as the kernel counts them: packets with data that its open
 * connections sent. ioredis sends without delay, so each write is a packet, and commands that are written together are one
 * round trip; a write of over 32 KiB would count for more. Nothing stands in between, so nothing is slowed down.
 */
export async function countRoundTrips(pid: number, port: number): Promise<number> {
  const filter = ['state', 'established', `( dport = :${port} )`];
  const { stdout } = await promisify(execFile)('ss', ['-tinpHO', ...filter]).catch((error: unknown) => {
    throw new Error('Round trips are counted by ss of iproute2, which did not run: apt install iproute2', {
      cause: error,
    });
  });
  return sentBy(stdout, pid);
}

/** Packets with data that sockets of a process sent, in what `ss -tinpHO` tells: a line for each socket. */
export function sentBy(told: string, pid: number): number {
  const own = told.split('\n').filter((line) => line.includes(`pid=${pid},`));
  return own.reduce((sum, line) => sum + Number(/ data_segs_out:(\d+)/.exec(line)?.[1] ?? 0), 0);
}

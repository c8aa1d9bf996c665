import { readdir, readFile } from 'node:fs/promises';
import type { Kubernetes } from './kubernetes.ts';

/**
 * The processes of a pod, seen from the node: what SIGKILL and SIGSTOP from inside cannot do to a pod's first process can
 * be done from there. The node must be this machine, or share its kernel, as kind's do.
 */
export interface PodProcesses {
  readonly pids: readonly number[];
  /** When the first of them was started, to a hundredth of a second. */
  readonly startedEpochMs: number;
  /** The most memory that the first of them ever had, in MiB. */
  readonly peakMiB: number;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** What comes from other pods to the port, and what goes back, is dropped from now on. */
  readonly cut: (port: number) => Promise<void>;
  readonly mend: (port: number) => Promise<void>;
}

const pause = '/pause';

export async function processesOf(podUid: string, { run }: Pick<Kubernetes, 'run'>): Promise<PodProcesses> {
  const pids = await pidsOf(podUid);
  const [first] = pids;
  if (first === undefined)
    throw new Error(`No process of pod ${podUid} is seen: run as root on the machine that is the node.`);
  // A probe from inside still gets its answer: it is the network that fails, not the program.
  const rule = (port: number) => ['INPUT', '!', '-i', 'lo', '-p', 'tcp', '--dport', String(port), '-j', 'DROP'];
  const filter = async (change: '-I' | '-D', port: number) => {
    const args = ['--net', '--target', String(first), 'iptables', change, ...rule(port)];
    const said = await run('nsenter', args);
    if (!said.ok) throw new Error(`nsenter ${args.join(' ')}: ${said.text.trim()}`);
  };
  return {
    pids,
    startedEpochMs: await startOf(first),
    peakMiB: await peakOf(first),
    signal(signal) {
      for (const pid of pids) process.kill(pid, signal);
    },
    cut: (port) => filter('-I', port),
    mend: (port) => filter('-D', port),
  };
}

/** Without those that hold the pod's namespaces and nothing else; of systemd and cgroupfs, which spell a uid otherwise. */
async function pidsOf(podUid: string): Promise<readonly number[]> {
  const spellings = [podUid, podUid.replaceAll('-', '_')];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      if (!spellings.some((spelling) => groups.includes(`pod${spelling}`))) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return command.startsWith(pause) ? [] : [Number(pid)];
    }),
  );
  return found.flat().sort((a, b) => a - b);
}

/** Field 22 of /proc/PID/stat: hundredths of a second from the start of the machine, as proc(5) has it. */
async function startOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
  // The name of the program, which may hold blanks, is the second field; the third is next after its bracket.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Date.now() - (uptime - ticks / 100) * 1_000;
}

/** VmHWM of /proc/PID/status, as proc(5) has it. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024);
}

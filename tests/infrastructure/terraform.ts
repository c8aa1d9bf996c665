import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../conformance/tree.ts';

/** Every folder that is a module or an environment, as a path from the root of the repository. */
export const folders: readonly string[] = globSync('infrastructure/{modules,environments}/*/main.tf', {
  cwd: repository,
})
  .map((file) => dirname(file))
  .toSorted();

export interface Said {
  readonly ok: boolean;
  /** Both outputs, as they came. */
  readonly text: string;
}

/** A provider of this size takes 5 s to tell its schema on two cores, and several times that on a busy machine. */
const withinMs = 300_000;

/** Runs a program to its end; what it says is told, and not thrown. Rejects where it is missing or was stopped. */
export async function say(
  command: string,
  args: readonly string[],
  { cwd, env = {}, signal }: { cwd: string; env?: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<Said> {
  const inherited = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  // Nobody sits here to be asked, and no newer version is looked for.
  const quiet = { TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1', NO_COLOR: '1' };
  const options = { cwd, env: { ...inherited, ...quiet, ...env }, signal, timeout: withinMs, maxBuffer: 33_554_432 };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, options);
    return { ok: true, text: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { ok: false, text: stdout + stderr };
  }
}

/** What it says where it must go well. */
export async function done(...asked: Parameters<typeof say>): Promise<string> {
  const [command, args] = asked;
  const { ok, text } = await say(...asked);
  if (!ok) throw new Error(`${command} ${args.join(' ')} failed:\n${text}`);
  return text;
}

/** Uses a copy of the modules, so that nothing that Terraform writes beside them stays. */
export async function withCopy<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'egw-infrastructure-'));
  const isSource = (file: string) => !['.terraform', 'node_modules'].includes(basename(file));
  try {
    for (const part of ['infrastructure', 'docs/redis.acl', 'tests/infrastructure/localstack'])
      await cp(join(repository, part), join(root, part), { recursive: true, filter: isSource });
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Of a folder of the copy: its modules, and the provider from where the machine has it. No state is looked for. */
export async function init(cwd: string, signal: AbortSignal): Promise<void> {
  await done('terraform', ['init', '-backend=false', '-input=false', '-no-color'], { cwd, signal });
}

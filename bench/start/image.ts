import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../../tests/conformance/tree.ts';

export type App = 'receiver' | 'dispatcher';

const sources = ['apps', 'supply', 'package.json'];

/** Where the images keep what Node has compiled, in their `/app`. */
export const cacheFolder = 'cache';

/** Builds what the images hold, both in one; resolves with the folder that is their `/app`. */
export async function buildImage(folder: string, signal: AbortSignal): Promise<string> {
  const root = join(folder, 'app');
  await mkdir(root);
  for (const source of sources) await cp(join(repository, source), join(root, source), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  const run = (command: string, args: readonly string[]) => promisify(execFile)(command, args, { cwd: root, signal });
  await run('npm', ['run', 'build']);
  await rm(join(root, 'node_modules'));
  for (const app of ['receiver', 'dispatcher'] as const)
    await run(process.execPath, ['supply/warm.ts', join(root, cacheFolder), ...(await readCommand(app))]);
  return root;
}

/** What the image gives to Node. */
export async function readCommand(app: App): Promise<readonly string[]> {
  const text = await readFile(join(repository, `Dockerfile.${app}`), 'utf8');
  const commands = [...text.matchAll(/^CMD (\[.*\])$/gm)];
  // The image for development has its own before it.
  const [, last = '[]'] = commands.at(-1) ?? [];
  const args = JSON.parse(last) as readonly string[];
  if (args.length === 0) throw new Error(`Dockerfile.${app} has no CMD [ … ] in its last stage`);
  return args;
}

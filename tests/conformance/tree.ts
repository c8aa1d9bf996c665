import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A text that stands exactly once in a file of the sources, and what is put in its place. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const repository = resolve(import.meta.dirname, '../..');

/** Uses a copy of the sources that was changed so, and removes it; the sources themselves where nothing is changed. */
export async function withEdits<T>(edits: readonly Edit[], use: (root: string) => Promise<T>): Promise<T> {
  if (edits.length === 0) return use(repository);
  const root = await mkdtemp(join(tmpdir(), 'egw-changed-'));
  try {
    await cp(join(repository, 'apps'), join(root, 'apps'), { recursive: true });
    await cp(join(repository, 'package.json'), join(root, 'package.json'));
    await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
    for (const edit of edits) await apply(root, edit);
    return await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function apply(root: string, { file, find, replace }: Edit): Promise<void> {
  const path = join(root, file);
  const [before, after, ...more] = (await readFile(path, 'utf8')).split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`This does not stand exactly once in ${file}: ${find}`);
  await writeFile(path, before + replace + after);
}

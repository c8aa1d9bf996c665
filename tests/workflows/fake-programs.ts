import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/** What a fake program says to a command line that matches; the first that is not used up answers. */
export interface Answer {
  readonly to: RegExp;
  readonly says?: string;
  readonly tells?: string;
  readonly code?: number;
  /** How often; without end if it is left out. */
  readonly times?: number;
  /** A file, at the path that follows an option, and below it if it is named. */
  readonly writes?: { readonly after: string; readonly name?: string; readonly text: string };
}

export interface Played {
  readonly code: number | null;
  readonly said: string;
  /** Each command line, as `helm test …`. */
  readonly calls: readonly string[];
  /** What it gave to later steps. */
  readonly outputs: string;
  readonly summary: string;
  /** The files that were asked for, if they are there. */
  readonly look: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly files?: Readonly<Record<string, string>>;
  readonly reads?: readonly string[];
  /** It goes in its own folder, beside what the scripts call. */
  readonly apart?: boolean;
}

const programs = ['helm', 'kubectl', 'docker', 'cosign', 'terraform', 'aws', 'npm', 'git'];

/** Plain JavaScript: it is run by any Node. What nobody foresaw fails, so that it is noticed. */
const source = `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const args = process.argv.slice(2);
// Whoever writes to it is not to find its pipe shut.
if (args.includes('--password-stdin')) readFileSync(0);
const line = [basename(process.argv[1]), ...args].join(' ');
const { FAKE_LOG: log, FAKE_ANSWERS: file } = process.env;
const used = readFileSync(log, 'utf8').split('\\n').filter(Boolean).map((text) => JSON.parse(text).index);
const answers = JSON.parse(readFileSync(file, 'utf8'));
const index = answers.findIndex(
  ({ to, times }, each) => new RegExp(to, 's').test(line) && used.filter((one) => one === each).length < (times ?? Infinity),
);
appendFileSync(log, JSON.stringify({ line, index }) + '\\n');
const { says = '', tells = '', code = 0, writes } = answers[index] ?? { tells: 'nobody foresaw: ' + line, code: 99 };
if (writes !== undefined) writeFileSync(join(args[args.indexOf(writes.after) + 1], writes.name ?? ''), writes.text);
process.stdout.write(says);
process.stderr.write(tells);
process.exitCode = code;
`;

/**
 * Runs a command of the repository with fake programs first on its PATH. `{folder}` in an argument or a variable is a
 * folder of its own; files named in `reads` are read from there before it goes.
 */
export async function play(
  [command = '', ...args]: readonly string[],
  answers: readonly Answer[],
  env: Readonly<Record<string, string>> = {},
  { files = {}, reads = [], apart = false }: Stage = {},
): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'egw-workflows-'));
  try {
    const at = (name: string) => join(folder, name);
    await Promise.all(programs.map((name) => writeFile(at(name), source, { mode: 0o755 })));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), text);
    }
    if (apart) {
      const beside = ['delivery', 'node_modules', '.github'].filter((name) => !existsSync(at(name)));
      await Promise.all(beside.map((name) => symlink(resolve(name), at(name))));
    }
    for (const name of ['log', 'outputs', 'summary']) await writeFile(at(name), '');
    const rows = answers.map(({ to, ...rest }) => ({ to: to.source, ...rest }));
    await writeFile(at('answers'), JSON.stringify(rows));
    const filled = (text: string) => text.replaceAll('{folder}', folder);
    const child = spawn(command === 'node' ? process.execPath : command, args.map(filled), {
      cwd: apart ? folder : '.',
      env: {
        ...process.env,
        ...Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)])),
        PATH: [folder, join(process.execPath, '..'), process.env['PATH']].join(delimiter),
        FAKE_LOG: at('log'),
        FAKE_ANSWERS: at('answers'),
        GITHUB_OUTPUT: at('outputs'),
        GITHUB_STEP_SUMMARY: at('summary'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    const read = (name: string) => readFile(at(name), 'utf8');
    const calls = (await read('log')).split('\n').filter((text) => text !== '');
    const looked = reads.filter((name) => existsSync(at(name))).map(async (name) => [name, await read(name)] as const);
    return {
      code,
      said,
      calls: calls.map((text) => (JSON.parse(text) as { line: string }).line.replaceAll(folder, '{folder}')),
      outputs: await read('outputs'),
      summary: await read('summary'),
      look: Object.fromEntries(await Promise.all(looked)),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `npm run test:infrastructure`: the modules by Terraform itself, and with --apply the gateway over what they make. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isWanted, readOptions, type Options } from '../conformance/options.ts';
import { brokenBounds, prove } from '../conformance/proof.ts';
import { runToEnd } from '../conformance/run-to-end.ts';
import { repository } from '../conformance/tree.ts';
import { renderPage } from '../observability/page.ts';
import { judge, type ObservedRun } from '../observability/runs.ts';
import { lookAtApply } from './apply.ts';
import { image, missing } from './localstack.ts';
import { lookAtFolder, lookAtFormat, lookAtLint } from './looks.ts';
import { folders, say, withCopy } from './terraform.ts';

const usage = `Usage: npm run test:infrastructure [-- --apply] [--json FILE] [--only NAME,NAME]
  --apply   applies queue, secret, roles and policies to a LocalStack of its own, and runs the gateway over them
  --json    writes the report
  --only    of: format, lint, apply, ${folders.map(nameOf).join(', ')}

Needs terraform 1.11 or later with the AWS provider, and tflint; with --apply docker with ${image}, and redis-server.
`;

function nameOf(folder: string): string {
  return folder.replace(/^infrastructure\/(modules|environments)\//, '');
}

function tableLines(run: ObservedRun): readonly string[] {
  const { name, verdict, seconds, figures } = run;
  const told = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`);
  return [
    `${name.padEnd(14)} ${verdict.padEnd(9)} ${String(seconds).padStart(4)} s  ${told.join(' · ')}`,
    ...brokenBounds(run).map((bound) => `  ${bound}`),
  ];
}

async function lookAtFolders(root: string, options: Options, signal: AbortSignal): Promise<readonly ObservedRun[]> {
  const runs: ObservedRun[] = [];
  const wanted = folders.filter((folder) => isWanted(nameOf(folder), options)).values();
  const work = async () => {
    for (const folder of wanted) {
      const look = () => lookAtFolder(join(root, folder), signal);
      runs.push(await judge(nameOf(folder), `validate and test of ${folder}`, look));
    }
  };
  // Each is a process of one thread at a time, more or less.
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return runs;
}

async function* playAll(options: Options, apply: boolean, signal: AbortSignal): AsyncGenerator<ObservedRun> {
  // SQS is asked again and again until it says what it was told, for a minute: that is waited for beside the rest.
  const isAsked = options.only?.has('apply') ?? apply;
  const applied = isAsked ? judge('apply', 'the gateway over what was applied', () => lookAtApply(signal)) : undefined;
  if (isWanted('format', options)) yield await judge('format', 'terraform fmt', () => lookAtFormat(signal));
  if (isWanted('lint', options)) yield await judge('lint', 'tflint', () => lookAtLint(signal));
  yield* await withCopy((root) => lookAtFolders(root, options, signal));
  if (applied !== undefined) yield await applied;
}

/** What is not on this machine, each in a sentence. */
async function absent(options: Options, apply: boolean, signal: AbortSignal): Promise<readonly string[]> {
  const lints = isWanted('lint', options);
  const programs = ['terraform', ...(lints ? ['tflint'] : []), ...(apply ? ['redis-server'] : [])];
  const asked = await Promise.all(
    programs.map((program) =>
      say(program, ['--version'], { cwd: repository, signal }).then(
        () => undefined,
        () => `There is no ${program}.`,
      ),
    ),
  );
  return [...asked, apply ? await missing(signal) : undefined].filter((each) => each !== undefined);
}

async function proveInfrastructure(args: readonly string[], signal: AbortSignal): Promise<number> {
  const read = readOptions(
    args.filter((arg) => arg !== '--apply'),
    ['only'],
  );
  if (!read.ok) {
    process.stderr.write(`${read.fault}\n${usage}`);
    return 2;
  }
  const { options } = read;
  const apply = args.includes('--apply') || options.only?.has('apply') === true;
  const names = new Set(['format', 'lint', 'apply', ...folders.map(nameOf)]);
  const unknown = [...(options.only ?? [])].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no ${unknown.join(', ')}.\n${usage}`);
    return 2;
  }
  const faults = await absent(options, apply, signal);
  if (faults.length > 0) {
    process.stderr.write(`${faults.join('\n')}\n${usage}`);
    return 2;
  }
  const heading = 'what           verdict   time    figures';
  const runs = playAll(options, apply, signal);
  return (await prove({ heading, tableLines, renderPage, runs }, options)) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(usage);
} else {
  await runToEnd((signal) => proveInfrastructure(args, signal));
}

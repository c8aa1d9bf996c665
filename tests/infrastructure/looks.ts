import { join } from 'node:path';
import { z } from 'zod';
import { atLeast, atMost, type Bound } from '../conformance/proof.ts';
import { repository } from '../conformance/tree.ts';
import type { Findings } from '../observability/runs.ts';
import { init, say } from './terraform.ts';

const none = (name: string, found: readonly string[]): Bound =>
  atMost([name, ...found.slice(0, 20)].join('\n    '), found.length, 0);

/** `terraform fmt` changes nothing. */
export async function lookAtFormat(signal: AbortSignal): Promise<Findings> {
  const places = ['infrastructure', 'tests/infrastructure/localstack'];
  const said = await Promise.all(
    places.map((place) => say('terraform', ['fmt', '-check', '-recursive', place], { cwd: repository, signal })),
  );
  const files = said.flatMap(({ text }) => text.split('\n').filter((line) => line !== ''));
  return { bounds: [none('files that terraform fmt would change', files)], figures: { unformatted: files.length } };
}

const lint = z.object({
  issues: z.array(
    z.object({
      rule: z.object({ name: z.string() }),
      message: z.string(),
      range: z.object({ filename: z.string(), start: z.object({ line: z.number() }) }),
    }),
  ),
  errors: z.array(z.object({ message: z.string() })),
});

/** tflint's own rules for the language: typed and described variables, names, versions, files, nothing unused. */
export async function lookAtLint(signal: AbortSignal): Promise<Findings> {
  const cwd = join(repository, 'infrastructure');
  const args = ['--recursive', '--format', 'json', '--config', join(cwd, '.tflint.hcl')];
  const { text } = await say('tflint', args, { cwd, signal });
  const { issues, errors } = lint.parse(JSON.parse(text.slice(text.indexOf('{'))));
  const found = [
    ...issues.map(({ rule, message, range }) => `${range.filename}:${range.start.line} ${rule.name}: ${message}`),
    ...errors.map(({ message }) => message),
  ];
  return { bounds: [none('findings', found)], figures: { findings: found.length } };
}

/** A folder is valid by the provider's schema, and its own tests pass with a provider that is mocked. */
export async function lookAtFolder(cwd: string, signal: AbortSignal): Promise<Findings> {
  await init(cwd, signal);
  const validated = await say('terraform', ['validate', '-no-color'], { cwd, signal });
  const tested = await say('terraform', ['test', '-no-color'], { cwd, signal });
  const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(tested.text)?.[1] ?? 0);
  const failures = tested.ok ? [] : tested.text.split('\n');
  return {
    bounds: [
      none('validate', validated.ok ? [] : validated.text.split('\n')),
      none('tests that failed', failures),
      atLeast('tests that passed', count('passed'), 1),
    ],
    figures: { tests: count('passed'), failed: count('failed') },
  };
}

import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const text = z.union([z.string(), z.number(), z.boolean()]);
const step = z.strictObject({
  id: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  with: z.record(z.string(), text).optional(),
  env: z.record(z.string(), text).optional(),
});
const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const concurrency = z.strictObject({ group: z.string(), 'cancel-in-progress': z.union([z.boolean(), z.string()]) });
const job = z.strictObject({
  if: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  strategy: z.unknown().optional(),
  'runs-on': z.string().optional(),
  'timeout-minutes': z.number().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), text).optional(),
  steps: z.array(step).default([]),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: permissions.optional(),
  concurrency: concurrency.optional(),
  jobs: z.record(z.string(), job),
});
const action = z.object({ runs: z.object({ steps: z.array(step) }) });

export type Step = z.infer<typeof step>;
export type Job = z.infer<typeof job>;
export interface Workflow extends z.infer<typeof workflow> {
  readonly file: string;
}
/** One job, as `release.yml version`. */
export interface NamedJob extends Job {
  readonly title: string;
  readonly of: Workflow;
}

/** All that GitHub reads; a key that nobody uses yet is refused, so that somebody thinks of it. */
export const files = globSync('.github/**/*.yml').filter((file) => !file.endsWith('kind.yaml'));

export const workflows: readonly Workflow[] = globSync('.github/workflows/*').map((file) => ({
  ...workflow.parse(parse(readFileSync(file, 'utf8'))),
  file: basename(file),
}));

export const jobs: readonly NamedJob[] = workflows.flatMap((of) =>
  Object.entries(of.jobs).map(([name, each]) => ({ ...each, title: `${of.file} ${name}`, of })),
);

export const actionSteps: readonly Step[] = globSync('.github/actions/*/action.yml').flatMap(
  (file) => action.parse(parse(readFileSync(file, 'utf8'))).runs.steps,
);

/** The workflow that a job calls. */
export const calledBy = ({ uses = '' }: Job): Workflow | undefined =>
  workflows.find(({ file }) => uses === `./.github/workflows/${file}`);

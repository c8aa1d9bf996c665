import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { repository } from '../conformance/tree.ts';
import { withCopy } from './terraform.ts';

const account = (name: string) => ({ serviceAccount: { name, annotations: {} } });

const output = {
  aws: { region: 'eu-west-1' },
  dispatcher: account('event-gateway-dispatcher'),
  keda: { identity: 'operator' },
  metrics: { rules: { objectives: { ageSeconds: 3600 } } },
  receiver: account('event-gateway-receiver'),
  redis: { existingSecret: 'event-gateway-redis' },
  targets: { crm: { queue: { url: 'https://sqs/1/crm', deadLetterUrl: 'https://sqs/1/crm-dead-letters' } } },
};

/** Runs the program in a copy, where `terraform` is this script; resolves with what it said and the file that it wrote. */
const run = (terraform: string, args: readonly string[]) =>
  withCopy(async (root) => {
    await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
    const bin = join(root, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'terraform'), `#!/bin/sh\n${terraform}\n`);
    await chmod(join(bin, 'terraform'), 0o755);
    const program = join(root, 'infrastructure/write-values.ts');
    const env = { PATH: `${bin}:/usr/bin:/bin` };
    const said = await promisify(execFile)(process.execPath, [program, ...args], { env }).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: unknown) => {
        const { code, stderr } = error as { code: number; stderr: string };
        return { code, text: stderr };
      },
    );
    const file = join(root, 'infrastructure/environments/dev/infrastructure.yaml');
    return { ...said, wrote: existsSync(file) ? await readFile(file, 'utf8') : undefined };
  });

describe('npm run infrastructure:values', () => {
  it('writes what Terraform put out in the environment, for helm', async () => {
    const answer = `case "$*" in *environments/dev\\ output\\ -json\\ chart_values) echo '${JSON.stringify(output)}';; esac`;
    const { code, text, wrote = '' } = await run(answer, ['dev']);
    expect(code).toBe(0);
    expect(text).toContain('environments/dev/infrastructure.yaml');
    expect(parse(wrote)).toEqual(output);
  });

  it('says what to do where nothing was applied, and writes nothing', async () => {
    const { code, text, wrote } = await run('echo "No outputs" >&2; exit 1', ['dev']);
    expect(code).toBe(1);
    expect(text).toContain('run init and apply there first');
    expect(wrote).toBeUndefined();
  });

  it('names the environments where it is told another', async () => {
    const { code, text } = await run('true', ['staging']);
    expect(code).toBe(1);
    expect(text).toBe('Usage: npm run infrastructure:values -- dev|prod, not staging.\n');
  });
});

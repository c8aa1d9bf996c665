/** `npm run infrastructure:values -- ENVIRONMENT`: writes the values of the chart that follow from what Terraform made. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toValuesFile } from './chart-values.ts';

const environments = join(import.meta.dirname, 'environments');
const names = readdirSync(environments).filter((name) => existsSync(join(environments, name, 'values.yaml')));

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function readOutput(folder: string): string | undefined {
  try {
    return execFileSync('terraform', [`-chdir=${folder}`, 'output', '-json', 'chart_values'], { encoding: 'utf8' });
  } catch (error) {
    // What terraform says itself was seen by then.
    fail(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'There is no terraform: install 1.11 or later.'
        : `Terraform tells no chart_values of ${folder}: run init and apply there first.`,
    );
    return undefined;
  }
}

const [name = ''] = process.argv.slice(2);
if (!names.includes(name)) {
  fail(`Usage: npm run infrastructure:values -- ${names.join('|')}, not ${name || 'nothing'}.`);
} else {
  const output = readOutput(join(environments, name));
  if (output !== undefined) {
    const file = join(environments, name, 'infrastructure.yaml');
    writeFileSync(file, toValuesFile(output));
    process.stdout.write(`${file}\n`);
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toValuesFile } from '../../infrastructure/chart-values.ts';
import { folders } from './terraform.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const textOf = (folder: string, pattern: string) => globSync(`${folder}/${pattern}`).map(read).join('\n');

/** The blocks of a kind, by name; each as its text, which ends with the first brace at the beginning of a line. */
const blocksOf = (kind: string, text: string) =>
  [...text.matchAll(new RegExp(String.raw`^${kind} "(?:\w+" ")?(\w+)" \{\n([\s\S]*?)^\}`, 'gm'))].map(
    ([, name = '', body = '']) => ({ name, body }),
  );

/** What the tests of a folder expect to be refused. */
const refusedIn = (folder: string) =>
  new Set(
    [...textOf(folder, 'tests/*.tftest.hcl').matchAll(/expect_failures = \[([^\]]*)\]/g)].flatMap(([, list = '']) =>
      list.split(',').map((each) => each.trim()),
    ),
  );

describe.each(folders)('%s', (folder) => {
  const variables = blocksOf('variable', read(join(folder, 'variables.tf')));

  it('describes and types each variable, and describes each output', () => {
    const outputs = blocksOf('output', read(join(folder, 'outputs.tf')));
    expect(variables.length).toBeGreaterThan(0);
    expect(outputs.length).toBeGreaterThan(0);
    const lacking = [
      ...variables.filter(({ body }) => !/^ {2}type += /m.test(body)),
      ...[...variables, ...outputs].filter(({ body }) => !/^ {2}description = ".{10,}[.`]"$/m.test(body)),
    ];
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  it('has its variables and outputs in their files, and says with which versions it works', () => {
    const elsewhere = globSync(`${folder}/*.tf`)
      .filter((file) => !/(variables|outputs)\.tf$/.test(file))
      .filter((file) => [...blocksOf('variable', read(file)), ...blocksOf('output', read(file))].length > 0);
    expect(elsewhere).toEqual([]);
    const versions = read(join(folder, 'versions.tf'));
    expect(versions).toContain('required_version = ">= 1.11"');
    expect(versions).toContain('version = ">= 5.100, < 7"');
  });

  it('is tested on every condition that it sets', () => {
    const refused = refusedIn(folder);
    const conditional = variables.filter(({ body }) => body.includes('validation {')).map(({ name }) => `var.${name}`);
    const bound = [...textOf(folder, '*.tf').matchAll(/^resource "(\w+)" "(\w+)" \{\n((?:(?!^\}).*\n)*)/gm)]
      .filter(([, , , body = '']) => body.includes('precondition {'))
      .map(([, type = '', name = '']) => `${type}.${name}`);
    expect([...conditional, ...bound].filter((each) => !refused.has(each))).toEqual([]);
  });
});

describe('the policies of modules/identity', () => {
  it('are all read by the module, and no other', () => {
    const [, names = ''] = /for name in \[([^\]]+)\]/.exec(read('infrastructure/modules/identity/main.tf')) ?? [];
    const listed = [...names.matchAll(/"([\w-]+)"/g)].map(([, name = '']) => name);
    const there = globSync('infrastructure/modules/identity/policies/*.json').map((file) => basename(file, '.json'));
    expect(listed.toSorted()).toEqual(there.toSorted());
  });
});

describe('the boundary of modules/release', () => {
  it('lets roles do what the policies allow, and nothing else', () => {
    const actionsIn = (text: string) =>
      [...text.matchAll(/Action"?\s*[:=]\s*\[([^\]]*)\]/g)].flatMap(([, list = '']) =>
        [...list.matchAll(/"([^"]+)"/g)].map(([, action = '']) => action),
      );
    const [, boundary = ''] =
      /"aws_iam_policy" "boundary" \{([\s\S]*?)^\}/m.exec(read('infrastructure/modules/release/main.tf')) ?? [];
    const policies = globSync('infrastructure/modules/identity/{policies/*.json,main.tf}').map(read).join('\n');
    expect([...new Set(actionsIn(policies))].toSorted()).toEqual(actionsIn(boundary).toSorted());
  });
});

describe('docs/eks.md', () => {
  const text = read('docs/eks.md');
  const sh = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands).join('\n');

  it('asks Terraform for what the environments put out, and npm for what there is', () => {
    const asked = [...sh.matchAll(/terraform -chdir=\$folder output -raw (\w+)/g)].map(([, name = '']) => name);
    const named = [...text.matchAll(/the outputs? `(\w+)`/g)].map(([, name = '']) => name);
    expect(asked.length).toBeGreaterThan(1);
    expect(named.length).toBeGreaterThan(2);
    const outputs = ['dev', 'account'].flatMap((name) =>
      blocksOf('output', read(`infrastructure/environments/${name}/outputs.tf`)),
    );
    const put = new Set(outputs.map(({ name }) => name));
    expect([...asked, ...named].filter((name) => !put.has(name))).toEqual([]);
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const run = [...sh.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    const paths = [...sh.matchAll(/infrastructure\/environments\/(?:\$environment|\w+)/g)].map(([path]) =>
      path.replace('$environment', 'dev'),
    );
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('tells of SQS and of the ledger what egw capacity says', () => {
    const asked = [...sh.matchAll(/egw -- (capacity .*)/g)].map(([, args = '']) => args.split(' '));
    const said = asked.map((args) =>
      execFileSync(process.execPath, ['apps/cli/main.ts', ...args, '--json'], { encoding: 'utf8', env: {} }),
    );
    const figures = said.map((json) => JSON.parse(json) as Readonly<Record<string, number>>);
    expect(figures).toHaveLength(2);
    const [, dev = '', prod = ''] = /^\| SQS +\| (\S+) +\| (\S+) +\|/m.exec(text) ?? [];
    const dollars = figures.map((each) => `$${Math.round(each['sqs_dollars_per_month'] ?? NaN)}`);
    expect([dev, prod]).toEqual(dollars);
    const gib = figures.map((each) => `${Number(((each['ledger_bytes'] ?? NaN) / 2 ** 30).toPrecision(3))} GiB`);
    expect(text).toContain(`${gib.join(' and ')} of ledger`);
  });
});

describe('the values file', () => {
  it('takes nothing that is no value of an installation', () => {
    expect(() => toValuesFile('{"aws":{"region":"eu-west-1"}}')).toThrow();
  });
});

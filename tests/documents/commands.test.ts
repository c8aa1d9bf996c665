import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import { readCommand } from '../../apps/cli/command.ts';
import { files, inlineCode, readDocument, type Document } from './document.ts';
import { hasSetting, settingLike } from './settings.ts';

const documents = files.map(readDocument);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Commands of shell blocks, one a line, with continued lines put together and comments left out. */
function shellLines({ blocks }: Document): readonly string[] {
  return blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .map((line) => line.replace(/(^| )#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** Commands of shell blocks, and those that stand in a sentence. */
const commandsOf = (document: Document) => [...shellLines(document), ...inlineCode(document)];

/** As a shell takes a line apart, as far as documents need it. */
const wordsOf = (line: string) =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');

const env = { EGW_CONFIG: 'gateway.yaml', EGW_INSTANCE: 'event-gateway/event-gateway' };
const [, gatewayYaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];

/** What `egw` itself says against a command, or undefined. A word in capitals stands for something of the reader's. */
function faultOf(line: string): string | undefined {
  const args = wordsOf(line.replace(/^(npm run (--silent |-s )?egw --|egw) /, '').replace(/ [|>&].*$/, ''));
  const read = readCommand(
    args.map((arg) => (arg === 'TARGET' ? 'crm' : arg)),
    env,
    () => gatewayYaml,
  );
  if (read.kind === 'misused') return `${line}: ${read.fault}`;
  return read.kind === 'faults' ? `${line}: ${read.faults.map((fault) => JSON.stringify(fault)).join(' ')}` : undefined;
}

const isEgw = (line: string) => /^(npm run (--silent |-s )?egw --|egw) [a-z]/.test(line);

describe('commands in documents', () => {
  it.each(documents.map((document) => [document.file, document] as const))('of npm in %s are there', (_, document) => {
    const named = commandsOf(document).flatMap((line) => [...line.matchAll(/\bnpm run (?:--silent |-s )?([\w:]+)/g)]);
    expect(named.map(([, name = '']) => name).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it.each(documents.map((document) => [document.file, document] as const))('of egw in %s are taken', (_, document) => {
    const blocks = shellLines(document).filter(isEgw).map(faultOf);
    expect(blocks.filter((fault) => fault !== undefined)).toEqual([]);
    // In a sentence a command may lack what it needs to be run, but what it names must be there.
    const named = inlineCode(document)
      .filter((code) => isEgw(code) && !/…|\\\|/.test(code))
      .map(faultOf);
    expect(named.filter((fault) => fault !== undefined && /There is no|no option|unknown/i.test(fault))).toEqual([]);
  });

  it('are of programs that documents may ask for', () => {
    const known =
      /^(aws|cosign|curl|docker|egw|eksctl|for|gh|git|helm|kind|kubectl|node|npm|sed|skaffold|terraform)(?= )|^\w+=/;
    const unknown = documents.flatMap((document) =>
      shellLines(document)
        .filter((line) => !known.test(line))
        .map((line) => `${document.file}: ${line}`),
    );
    expect(unknown).toEqual([]);
  });

  it('name files that are there', () => {
    const named = documents.flatMap((document) =>
      shellLines(document).flatMap((line) =>
        [
          ...line.matchAll(
            /(?<![\w./-])((?:apps|bench|charts|docs|infrastructure|k8s|observability)\/[\w./-]+|Dockerfile\.\w+)/g,
          ),
        ].map(([, file = '']) => ({ document: document.file, file })),
      ),
    );
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(({ file }) => !existsSync(file))).toEqual([]);
  });

  it('name profiles of Skaffold that are there', () => {
    const profiles = new Set(
      [...readFileSync('skaffold.yaml', 'utf8').matchAll(/^ {2}- name: ([\w-]+)/gm)].map(([, name]) => name),
    );
    const named = documents.flatMap((document) =>
      commandsOf(document).flatMap((line) =>
        [...line.matchAll(/\bskaffold \w+ .*-p ([\w-]+)/g)].map(([, name]) => name),
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !profiles.has(name))).toEqual([]);
  });
});

const isFile = (name: string) => /\.(acl|json|lua|md|mmd|svg|ts|yaml)$/.test(name);
const sources = globSync('apps/**/*.ts').map((file) => readFileSync(file, 'utf8'));
/** Lines of the log are named as settings are. */
const isLogged = (name: string) => sources.some((text) => text.includes(`'${name}'`));

describe('settings in documents', () => {
  it.each(documents.map((document) => [document.file, document] as const))(
    '%s names those that are there',
    (_, document) => {
      const set = shellLines(document).flatMap((line) =>
        [...line.matchAll(/--set(?:-string|-file|-json)? '?([\w.-]+)=/g)].map(([, path = '']) => path),
      );
      const named = inlineCode(document).filter((code) => settingLike.test(code) && !isFile(code) && !isLogged(code));
      expect([...set, ...named].filter((path) => !hasSetting(path))).toEqual([]);
    },
  );

  it('shown as values of the chart, are values of the chart', () => {
    const shown = documents
      .filter(({ file }) => file.startsWith('docs/'))
      .flatMap(({ file, blocks }) =>
        blocks.filter(({ language }) => language === 'yaml').map(({ text }) => ({ file, text })),
      )
      .flatMap(({ file, text }) =>
        Object.entries((parseYaml(text) ?? {}) as object).map(([name, value]) => ({
          file,
          name,
          value: value as unknown,
        })),
      )
      .filter(({ name }) => name === 'metrics');
    const pathsOf = (prefix: string, value: unknown): readonly string[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, below]) => pathsOf(`${prefix}.${name}`, below))
        : [prefix];
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.flatMap(({ name, value }) => pathsOf(name, value)).filter((path) => !hasSetting(path))).toEqual([]);
  });

  it('are told from those that are not', () => {
    for (const path of [
      'receiver.autoscaling.enabled',
      'targets.crm.dispatcher.autoscaling.annotations',
      'limit.concurrency',
    ]) {
      expect(hasSetting(path)).toBe(true);
    }
    for (const path of ['receiver.autoscaling.on', 'targets.crm.speed', 'redis.password'])
      expect(hasSetting(path)).toBe(false);
  });
});

describe('the shell blocks of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'egw-readme-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** Each line, and who runs it: this test, the gate as a whole, or nobody on a machine without a cluster. */
  const runs: readonly (readonly [RegExp, 'here' | 'gate' | 'cluster'])[] = [
    [/^npm install && npm (start|test)$/, 'gate'],
    [/^npm run --silent egw -- /, 'here'],
    [/^(helm|kubectl) /, 'cluster'],
  ];
  const lines = shellLines(readDocument('README.md'));
  const of = (where: string) => lines.filter((line) => runs.some(([of, by]) => by === where && of.test(line)));

  it('are each known', () => {
    expect([...of('here'), ...of('gate'), ...of('cluster')].toSorted()).toEqual(lines.toSorted());
    expect(of('here').length).toBeGreaterThan(0);
  });

  it.each(of('here'))('%s does what it says', (line) => {
    const args = wordsOf(line).slice(5);
    const egw = (...asked: readonly string[]) =>
      execFileSync(process.execPath, [join(process.cwd(), 'apps/cli/main.ts'), ...asked], {
        cwd: folder,
        encoding: 'utf8',
        env: {},
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    expect(args.slice(0, 2)).toEqual(['keys', 'new']);
    expect(egw(...args)).toMatch(/^egw_\S+\n$/);
    expect(egw('keys', 'list', '--file', 'keys.json', '--json')).toContain('"orders"');
  });
});

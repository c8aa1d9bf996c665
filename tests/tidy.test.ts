import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const sources = globSync('apps/**/*.{ts,js}');
const tests = globSync('tests/**/*.ts');
const scripts = globSync('apps/**/*.lua');
const textOf = (file: string) => readFileSync(file, 'utf8');

/** Each library, and the only files that may import it. */
const doors: Record<string, RegExp> = {
  express: /receiver\/(app|receive|accept|refuse|cors)\.ts$/,
  '@aws-sdk/client-sqs': /(shared\/sqs(-sdk)?|dispatcher\/poll|local\/(setup|pipeline|watch|main)|cli\/queues)\.ts$/,
  '@smithy/signature-v4': /dispatcher\/sign\.ts$/,
  'graphql-request': /dispatcher\/dispatch\.ts$/,
  undici: /(dispatcher\/connection|local\/burst|shared\/sqs-direct)\.ts$/,
  ioredis: /shared\/redis\.ts$/,
  'rate-limiter-flexible': /receiver\/throttle\.ts$/,
  jsonata: /dispatcher\/expression\.ts$/,
  yaml: /(shared\/config|local\/(setup|pipeline|prometheus))\.ts$/,
  ajv: /receiver\/schema\.ts$/,
};

describe('the sources', () => {
  it('are short', () => {
    expect([...sources, ...scripts].filter((file) => textOf(file).split('\n').length > 251)).toEqual([]);
  });

  it('are named by what they do', () => {
    const names = [...sources, ...tests].map((file) => basename(file).replace(/(\.test)?\.[jt]s$/, ''));
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(names.filter((name) => /^(utils?|common|helpers?|manager|misc)$/.test(name))).toEqual([]);
  });

  it.each(Object.entries(doors))('import %s through one door', (library, door) => {
    const imports = new RegExp(`from '${library.replaceAll('/', '\\/')}['/]`);
    const importers = sources.filter((file) => imports.test(textOf(file)));
    expect(importers).not.toEqual([]);
    expect(importers.filter((file) => !door.test(file))).toEqual([]);
  });

  it('promise nothing for later', () => {
    const marks = new RegExp(['TO', 'DO|FIX', 'ME'].join(''));
    expect([...sources, ...tests, ...scripts].filter((file) => marks.test(textOf(file)))).toEqual([]);
  });

  it.each(scripts)('%s says what it takes and what it replies', (file) => {
    const text = textOf(file);
    expect(text).toMatch(/^-- /);
    // What is put in front of scripts is called by them alone.
    if (!text.includes('Put in front of')) for (const word of ['KEYS', 'ARGV', 'Reply']) expect(text).toContain(word);
  });
});

describe('the tests', () => {
  it('are all run', () => {
    expect(tests.filter((file) => /\b(it|test|describe)\.(only|skip|todo)\b/.test(textOf(file)))).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { costs } from '../../apps/cli/costs.ts';
import { compare } from '../../docs/compare.ts';
import { fill, tableAfter } from '../../docs/markdown.ts';
import { scenarios } from '../conformance/scenarios/all.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const readme = read('README.md');
const limit = read('docs/limit.md');
const recorded = {
  limit,
  delivery: read('docs/delivery.md'),
  baseline: JSON.parse(read('bench/baseline.json')) as Record<string, number>,
};
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

describe('the figures of the README', () => {
  const rows = tableAfter('<!-- figures -->', readme);

  it('are those that were recorded; npm run documents writes them', () => {
    expect(readme).toBe(fill(readme, 'figures', compare(recorded)));
    expect(rows.length).toBeGreaterThanOrEqual(6);
  });

  it('each have a command that measures them', () => {
    const commands = rows.map((row) => /^`npm run ([\w:]+) -- \w+`$/.exec(row.at(-1) ?? '')?.[1]);
    expect(commands.filter((name) => name === undefined || !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('change with what is recorded, and are not made up where it is gone', () => {
    const faster = { ...recorded, baseline: { 'receiver acks/s/core vs naive': 8 } };
    expect(compare(faster)).toContain('one request to SQS an event 0.13 ');
    const delivers = { ...recorded, baseline: { 'dispatcher events/s/core vs sqs-consumer': 4 } };
    expect(compare(delivers)).toMatch(/events delivered .* sqs-consumer 0\.25 .*npm run bench -- dispatcher/);
    expect(
      compare({ ...recorded, limit: limit.replace(/(\| steady-50 +\| 50 per 1 s +\| )1\.00/, '$11.02') }),
    ).toContain('1.02');
    expect(() => compare({ ...recorded, limit: limit.replaceAll('steady-50', 'steady-60') })).toThrow('steady-50');
  });

  it('stand nowhere else: every other table of the README is of words', () => {
    const [before = '', rest = ''] = readme.split('<!-- figures -->');
    const others = before + (rest.split('<!-- /figures -->')[1] ?? '');
    const measured = others
      .split('\n')
      .filter((line) => line.startsWith('|') && /(?<![\d.])\d+\.\d+(?![\d.])|\d \d{3}|\d %/.test(line));
    expect(measured).toEqual([]);
  });
});

describe('figures of other documents', () => {
  it('tell of each scenario of the limit, and of no other', () => {
    const told = tableAfter('<!-- measured -->', limit).map(([name]) => name);
    expect(told.toSorted()).toEqual(scenarios.map(({ name }) => name).toSorted());
  });

  it('compare with what was measured', () => {
    const [, times] = /\[(\d\.\d+) times was\s+measured\]\(limit\.md/.exec(read('docs/comparison.md')) ?? [];
    const bullmq = tableAfter('<!-- beside -->', limit).find(
      ([system, played]) => system === 'BullMQ' && played === 'steady-50',
    );
    expect(times).toBe(bullmq?.at(-1));
  });

  it('are those of the model', () => {
    const { ledgerBytes, ledgerDays } = costs;
    expect(read('docs/faq.md')).toContain(`${ledgerBytes.value} bytes for each delivery of ${ledgerDays.value} days`);
    for (const file of ['docs/operations.md', 'docs/upgrading.md', 'docs/delivery.md']) {
      expect(read(file)).toContain(`${ledgerDays.value} days`);
    }
  });
});

describe('docs/comparison.md', () => {
  const text = read('docs/comparison.md');
  const sections = text.split(/^## /m).slice(2, -1);

  it('has a source for each claim of another system', () => {
    const claims = sections.flatMap((section) => section.split(/\n(?=- |\*\*)/).slice(1));
    expect(claims.length).toBeGreaterThan(20);
    expect(claims.filter((claim) => !/\]\[[\w-]+\]|\]\([^)]+\)/.test(claim))).toEqual([]);
  });

  it('says of each what it does better', () => {
    expect(sections.filter((section) => !section.includes('**Better there:**'))).toEqual([]);
    expect(sections.length).toBe(6);
  });
});

describe('docs/glossary.md', () => {
  it('has a standard, or says that there is none, and a place in the code for each word', () => {
    const rows = read('docs/glossary.md')
      .split('\n')
      .filter((line) => /^\| (?!word |---)/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    expect(rows.length).toBeGreaterThan(40);
    const bare = rows.filter(
      ([, , , standard = '', code = '']) => !/^ours$|\]\(https:/.test(standard) || !code.includes('](../'),
    );
    expect(bare).toEqual([]);
  });
});

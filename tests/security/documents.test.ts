import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const text = readFileSync('docs/security.md', 'utf8');
const rowsAfter = (marker: string) =>
  text
    .split(marker)
    .slice(1)
    .flatMap(
      (part) =>
        part
          .trimStart()
          .split('\n\n')[0]
          ?.split('\n')
          .slice(2)
          .filter((line) => line !== '') ?? [],
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const threats = rowsAfter('<!-- threats -->');
const asvs = rowsAfter('<!-- asvs -->');

describe('docs/security.md', () => {
  it('links to tests that exist, by their own names', () => {
    const links = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/tests\/[^)]+\.test\.ts)\)/g)];
    expect(links.length).toBeGreaterThan(80);
    const broken = links.filter(([, name = '', file = '']) => {
      const source = readFileSync(join('docs', file), 'utf8');
      const isNamed = new RegExp(String.raw`\b(it|describe)\b[^\n]*(\n[^\n]*){0,8}?['"\`]${escape(name)}`).test(source);
      return name !== 'a test' && !isNamed;
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('shows each threat, and each row of ASVS, by a test or a reason', () => {
    expect(threats.length).toBeGreaterThan(30);
    expect(asvs.length).toBeGreaterThan(60);
    const bare = [...threats, ...asvs].filter(([, , shown = '']) => !/^reason: \S|\]\(\.\.\/tests\//.test(shown));
    expect(bare).toEqual([]);
  });

  it('names each row of ASVS once, in order', () => {
    const ids = asvs.map(([id = '']) => id);
    const weight = (id: string) => id.split('.').reduce((sum, part) => sum * 100 + Number(part), 0);
    expect(ids.filter((id) => !/^\d+\.\d+\.\d+$/.test(id))).toEqual([]);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => weight(a) - weight(b)));
  });

  it('tells how many commands Redis’ user has', () => {
    const commands = [...readFileSync('docs/redis.acl', 'utf8').matchAll(/ \+[a-z]+/g)];
    expect(text).toContain(`share: ${commands.length} commands`);
  });
});

function escape(name: string): string {
  return name.replaceAll('\\_', '_').replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

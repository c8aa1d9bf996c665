import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { sectionOf } from '../../delivery/changelog.ts';
import { giveOutput } from '../../delivery/outputs.ts';
import { versionOf, type Named } from '../../delivery/read-version.ts';
import { play } from './fake-programs.ts';

const named = (version: string, changelog = `# Changelog\n\n## ${version}, 2027-01-31\n\n- Something.\n`): Named => ({
  packageJson: JSON.stringify({ version }),
  packageLock: JSON.stringify({ version, packages: { '': { version } } }),
  chart: `version: ${version}\nappVersion: ${version}\n`,
  changelog,
});

describe('the version of a tag', () => {
  it.each(['1.2.3', '0.10.0', '1.2.3-rc.1', '1.2.3-0', '1.0.0-alpha-1.x'])('is %s', (version) => {
    expect(versionOf(`v${version}`, named(version))).toEqual({
      ok: true,
      version,
      isPrerelease: version.includes('-'),
      notes: '- Something.',
    });
  });

  it.each([
    ...['1.2.3', 'v1.2', 'v1.2.3.4', 'v01.2.3', 'v1.2.3-', 'v1.2.3-01', 'v1.2.3+build', 'v1.2.3-a..b', 'V1.2.3', ''],
    ...['v1.2.3\nprerelease=false', 'v1.2.3 ', 'v1.2.3;id', 'v$(id)', 'v1.2.3-`id`', 'vlatest', 'v１.2.3', '../v1.2.3'],
    `v1.2.3-${'a'.repeat(200)}`,
    `v${'9'.repeat(20)}.0.0`,
  ])('is none where the tag is %j', (tag) => {
    expect(versionOf(tag, named('1.2.3'))).toMatchObject({
      ok: false,
      faults: [expect.stringContaining('name it v1.2.3')],
    });
  });

  it('is one that all files name: each that names another is told', () => {
    const good = named('1.2.3');
    const other = named('1.2.4');
    for (const [file, told] of [
      ['packageJson', 'package.json says 1.2.4, and the tag 1.2.3'],
      ['packageLock', 'package-lock.json says 1.2.4, and the tag 1.2.3'],
      ['chart', 'Chart.yaml, version says 1.2.4, and the tag 1.2.3'],
      ['changelog', 'CHANGELOG.md has no section of 1.2.3: write "## 1.2.3, DATE"'],
    ] as const)
      expect(versionOf('v1.2.3', { ...good, [file]: other[file] })).toMatchObject({
        ok: false,
        faults: expect.arrayContaining([told]),
      });
  });

  it('is the same in all files of this repository, and released once the changelog has its date', () => {
    const read = (file: string) => readFileSync(file, 'utf8');
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const own = {
      packageJson: read('package.json'),
      packageLock: read('package-lock.json'),
      chart: read('charts/event-gateway/Chart.yaml'),
      changelog: read('CHANGELOG.md'),
    };
    const dated = own.changelog.replace(`## ${version}, unreleased`, `## ${version}, 2027-01-31`);
    const released = versionOf(`v${version}`, { ...own, changelog: dated });
    expect(released).toMatchObject({ ok: true, version, notes: expect.stringContaining('### Added') });
  });
});

describe('a section of the changelog', () => {
  const one = (heading: string, body = '- A.') =>
    `# Changelog\n\n${heading}\n\n${body}\n\n## 0.9.0, 2026-01-01\n\n- Old.\n`;

  it('is what stands below its heading, to the next', () => {
    expect(sectionOf(one('## 1.0.0, 2027-01-31', '### Fixed\n\n- A.'), '1.0.0')).toEqual({
      kind: 'released',
      date: '2027-01-31',
      notes: '### Fixed\n\n- A.',
    });
    expect(sectionOf(one('## 1.0.0, 2027-01-31').replaceAll('\n', '\r\n'), '0.9.0')).toMatchObject({ notes: '- Old.' });
  });

  it.each([
    ['missing', one('## 1.0.0-rc.1, 2027-01-31')],
    ['missing', one('## 11.0.0, 2027-01-31')],
    ['missing', one('### 1.0.0, 2027-01-31')],
    ['missing', one('```\n## 1.0.0, 2027-01-31\n```')],
    ['missing', ''],
    ['unreleased', one('## 1.0.0, unreleased')],
    ['misdated', one('## 1.0.0')],
    ['misdated', one('## 1.0.0, 2027-02-30')],
    ['misdated', one('## 1.0.0, tomorrow')],
    ['empty', one('## 1.0.0, 2027-01-31', '')],
    ['repeated', one('## 1.0.0, 2027-01-31') + one('## 1.0.0, 2027-02-01')],
  ])('is %s: %j', (kind, changelog) => {
    expect(sectionOf(changelog, '1.0.0')).toMatchObject({ kind });
  });

  it('holds headings that stand in blocks of code, and ends at none of them', () => {
    const body = '- A:\n\n````md\n```\n## 2.0.0, 2028-01-01\n````\n\n- B.';
    expect(sectionOf(one('## 1.0.0, 2027-01-31', body), '1.0.0')).toMatchObject({ notes: body });
  });

  it('of a megabyte is read in no time', () => {
    const startedMs = performance.now();
    sectionOf(`${'## '.repeat(100_000)}\n${' '.repeat(500_000)}\n${'`'.repeat(200_000)}`, '1.0.0');
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('delivery/version.ts', () => {
  it('gives nothing for a tag that this repository does not release', async () => {
    const { code, outputs, said } = await play(['node', 'delivery/version.ts', 'v99.0.0', '{folder}/notes.md'], []);
    expect({ code, outputs }).toEqual({ code: 1, outputs: '' });
    expect(said).toContain('package.json says');
  });
});

describe('an output of a step', () => {
  it('is one line: a second one would be another output', () => {
    expect(() => giveOutput({ outputs: undefined, summary: undefined }, 'version', '1.2.3\nprerelease=false')).toThrow(
      'has more than one line',
    );
  });
});

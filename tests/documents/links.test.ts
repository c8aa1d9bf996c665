import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchorsOf, files, linksOf, looseReferences, readDocument } from './document.ts';
import { hosts } from './hosts.ts';

const documents = files.map(readDocument);
const isOutside = (link: string) => /^[a-z][a-z+.-]*:/.test(link);

/** What is wrong with a link, or undefined. */
function faultOf(from: string, link: string): string | undefined {
  const [path = '', anchor] = decodeURIComponent(link).split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(file)) return `${link}: there is no ${file}`;
  if (anchor === undefined || !file.endsWith('.md') || anchorsOf(readDocument(file)).has(anchor)) return undefined;
  return `${link}: ${file} has no heading of this name`;
}

describe('links', () => {
  it('are looked at in all documents', () => {
    for (const file of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/faq.md']) {
      expect(files).toContain(file);
    }
    expect(files).toContain('charts/event-gateway/README.md');
    expect(documents.flatMap(linksOf).length).toBeGreaterThan(300);
  });

  it.each(documents.map((document) => [document.file, document] as const))('of %s lead somewhere', (file, document) => {
    const faults = linksOf(document)
      .filter((link) => !isOutside(link))
      .map((link) => faultOf(file, link));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    expect(looseReferences(document)).toEqual([]);
  });

  it('to the outside go to hosts that are listed, by https', () => {
    const outside = documents.flatMap((document) =>
      linksOf(document)
        .filter(isOutside)
        .map((link) => ({ file: document.file, link })),
    );
    const unsafe = outside.filter(({ link }) => !link.startsWith('https://'));
    expect(unsafe).toEqual([]);
    const unlisted = outside.filter(({ link }) => !hosts.includes(new URL(link).host));
    expect(unlisted).toEqual([]);
  });

  it('lead from the README to every document, by way of others', () => {
    const reached = new Set(['README.md']);
    for (const file of reached) {
      for (const link of linksOf(readDocument(file)).filter((each) => !isOutside(each))) {
        const path = join(dirname(file), link.split('#')[0] ?? '');
        // A folder that is linked to shows what is in it.
        for (const found of files) if (found === path || dirname(found) === path) reached.add(found);
      }
    }
    expect(files.filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe('anchors', () => {
  it('are those of GitHub', () => {
    const prose = [
      '# What `egw` does',
      '## What egw does',
      '## 100 000 events/s, and more!',
      '## [The limit](limit.md)',
    ];
    const anchors = anchorsOf({ file: 'x.md', blocks: [], prose: prose.join('\n\n') });
    expect([...anchors]).toEqual(['what-egw-does', 'what-egw-does-1', '100-000-eventss-and-more', 'the-limit']);
  });
});

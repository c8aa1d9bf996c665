import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { drawDiagram } from '../../docs/draw-diagram.ts';
import { files, linksOf, readDocument } from './document.ts';

const sources = globSync('docs/diagrams/*.mmd').toSorted();
const pictures = globSync('docs/diagrams/*.svg').toSorted();

/**
 * What a diagram names of ours, and where it says that it is: files are looked for in the folder that gives its name to
 * their frame, and anywhere in our sources where they stand in none.
 */
function namesIn(source: string): readonly { readonly name: string; readonly folder: string | undefined }[] {
  let folder: string | undefined;
  return source.split('\n').flatMap((line) => {
    const [, opened] = /^\s*subgraph (\S+)/.exec(line) ?? [];
    if (opened !== undefined) {
      folder = opened;
      return [{ name: opened, folder: undefined }];
    }
    if (/^\s*end\b/.test(line)) folder = undefined;
    const names = line.match(/\b(?:apps|charts|docs)\/[\w/.-]+|[\w/-]+\.(?:ts|lua|yaml)\b/g) ?? [];
    return names.filter((name) => name !== 'gateway.yaml').map((name) => ({ name, folder }));
  });
}

describe('diagrams', () => {
  it.each(sources)('%s is drawn as it is written; npm run documents draws it', (source) => {
    expect(readFileSync(source.replace(/mmd$/, 'svg'), 'utf8')).toBe(drawDiagram(readFileSync(source, 'utf8')));
  });

  it('have a source each, and are shown with it', () => {
    expect(pictures.map((file) => file.replace(/svg$/, 'mmd'))).toEqual(sources);
    const linked = new Set(files.flatMap((file) => linksOf(readDocument(file)).map((link) => basename(link))));
    expect([...sources, ...pictures].filter((file) => !linked.has(basename(file)))).toEqual([]);
  });

  it.each(sources)('%s names what is there', (source) => {
    const missing = namesIn(readFileSync(source, 'utf8')).filter(({ name, folder }) => {
      if (folder !== undefined) return !existsSync(join(folder, name));
      return !existsSync(name) && globSync(`apps/**/${name}`).length === 0;
    });
    expect(missing).toEqual([]);
  });

  it('draw every step of both apps', () => {
    const named = new Set(sources.flatMap((source) => namesIn(readFileSync(source, 'utf8')).map(({ name }) => name)));
    const steps = {
      receiver: ['authenticate', 'throttle', 'accept', 'validate', 'route', 'enrich', 'enqueue', 'refuse'],
      dispatcher: ['poll', 'claim', 'permit', 'dispatch', 'classify', 'settle'],
    };
    for (const [app, names] of Object.entries(steps)) {
      for (const name of names) {
        expect(existsSync(`apps/${app}/${name}.ts`)).toBe(true);
        expect(named).toContain(`${name}.ts`);
      }
    }
  });

  it('load nothing', () => {
    for (const picture of pictures)
      expect(readFileSync(picture, 'utf8')).not.toMatch(/@import|url\(['"]?http|<script|href=/);
  });
});

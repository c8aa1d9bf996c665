import { globSync, readFileSync } from 'node:fs';

/** A block of code between fences. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** A Markdown file, as far as tests look at it. */
export interface Document {
  readonly file: string;
  /** Without blocks of code. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

/** Everything that people read, and nothing that a package brought. */
export const files: readonly string[] = globSync(
  ['*.md', '.github/**/*.md', '{docs,charts,k8s,infrastructure,bench,observability}/**/*.md'],
  { exclude: ['**/node_modules/**', '**/.terraform/**'] },
).toSorted();

export function readDocument(file: string): Document {
  const blocks: Block[] = [];
  const prose = readFileSync(file, 'utf8').replaceAll(
    /^ *(`{3,})(\w*)[^\n]*\n([\s\S]*?)^ *\1`*$/gm,
    (_, _fence, language: string, text: string) => {
      blocks.push({ language, text });
      return '';
    },
  );
  return { file, prose: prose.replaceAll(/<!--[\s\S]*?-->/g, ''), blocks };
}

/** What stands between backticks in prose. */
export function inlineCode({ prose }: Document): readonly string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Where links and pictures point to, those by reference among them. */
export function linksOf({ prose }: Document): readonly string[] {
  const inline = [...prose.matchAll(/\]\(\s*<?([^)>\s]+)/g)];
  const defined = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  const html = [...prose.matchAll(/\b(?:href|src)="([^"]+)"/g)];
  return [...inline, ...defined, ...html].map(([, link = '']) => link);
}

/** Names of references that are used and not defined, or defined and not used. */
export function looseReferences({ prose }: Document): readonly string[] {
  const text = prose.replaceAll(/`[^`\n]*`/g, '');
  const defined = new Set([...text.matchAll(/^\[([^\]]+)\]:/gm)].map(([, name = '']) => name));
  const used = new Set([...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name = '']) => name));
  return [...defined.symmetricDifference(used)];
}

/**
 * The anchors of its headings, as GitHub makes them: small letters, no punctuation, spaces as hyphens, and a number for each
 * that stands there twice. Besides those, anchors that are written as such.
 */
export function anchorsOf({ prose }: Document): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[*_]{1,2}(\S[^*_]*)[*_]{1,2}/g, '$1');
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of prose.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

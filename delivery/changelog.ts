/** Of a release in CHANGELOG.md: its heading is `## VERSION, DATE`, or `## VERSION, unreleased`. */
export type Section =
  | { readonly kind: 'released'; readonly date: string; readonly notes: string }
  | { readonly kind: 'unreleased' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'repeated'; readonly times: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'misdated'; readonly said: string };

/** What CHANGELOG.md says of a version; headings in blocks of code are none. */
export function sectionOf(changelog: string, version: string): Section {
  const found: { readonly said: string; readonly lines: string[] }[] = [];
  let current: string[] | undefined;
  let fence: string | undefined;
  for (const line of changelog.split(/\r?\n/)) {
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1];
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
    const heading = fence === undefined ? /^## +(.*?) *$/.exec(line)?.[1] : undefined;
    if (heading === undefined) {
      current?.push(line);
      continue;
    }
    const comma = heading.indexOf(',');
    const isAsked = heading.slice(0, comma === -1 ? undefined : comma) === version;
    current = isAsked ? [] : undefined;
    if (current !== undefined)
      found.push({ said: comma === -1 ? '' : heading.slice(comma + 1).trim(), lines: current });
  }
  const [section] = found;
  if (section === undefined) return { kind: 'missing' };
  if (found.length > 1) return { kind: 'repeated', times: found.length };
  if (section.said === 'unreleased') return { kind: 'unreleased' };
  if (!isDate(section.said)) return { kind: 'misdated', said: section.said };
  const notes = section.lines.join('\n').trim();
  return notes === '' ? { kind: 'empty' } : { kind: 'released', date: section.said, notes };
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

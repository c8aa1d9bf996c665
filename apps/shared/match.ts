/**
 * Whether a text is of a pattern in which `*` stands for any text, also none. Time grows with the text, whatever the pattern: no
 * regular expression, as one with several `.*` takes minutes for a text that was made for it.
 */
export function createMatch(pattern: string): (text: string) => boolean {
  const [first = '', ...between] = pattern.split('*');
  const last = between.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at + last.length <= text.length;
  };
}

/** Whether a text is of any of the patterns. */
export function createMatchAny(patterns: readonly string[]): (text: string) => boolean {
  const matches = patterns.map(createMatch);
  return (text) => matches.some((match) => match(text));
}

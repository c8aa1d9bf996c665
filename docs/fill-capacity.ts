import { execFileSync } from 'node:child_process';
import { costs } from '../apps/cli/costs.ts';
import { checkedRows } from './check-capacity.ts';

const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Puts what the command says, the costs and the checked points into the text of docs/capacity.md; prettier shapes it. */
export function fillCapacity(text: string, baseline: Readonly<Record<string, number>>): string {
  const after = (marker: string, content: string, into: string) =>
    into.replace(
      new RegExp(`(<!-- ${marker} -->\n\n)[\\s\\S]*?\n\n`),
      (_, before: string) => `${before}${content}\n\n`,
    );
  const said = text.replace(
    /```sh\nnpm run --silent egw -- (capacity .*)\n```\n\n```text\n[\s\S]*?```/g,
    (_, args: string) => {
      const shown = execFileSync(process.execPath, ['apps/cli/main.ts', ...args.split(' ')], {
        encoding: 'utf8',
        env: {},
      });
      return `\`\`\`sh\nnpm run --silent egw -- ${args}\n\`\`\`\n\n\`\`\`text\n${shown}\`\`\``;
    },
  );
  const listed = Object.entries(costs).map(([name, { value, unit, origin }]) => [
    `\`${name}\``,
    String(value),
    unit,
    origin,
  ]);
  const withCosts = after('costs', table(['cost', 'value', 'unit', 'from'], listed), said);
  return after('checked', table(['point', 'measured', 'model', 'model ÷ measured'], checkedRows(baseline)), withCosts);
}

import type { Change, Plan } from './judge-plan.ts';

/** A comment of GitHub has 65,536 characters; a reader has less patience. */
const mostRows = 100;
const longestCell = 200;

const marks = { create: '+', update: '~', replace: '±', delete: '−' } as const;

/** What a plan does, for a comment: addresses and names of attributes, never a value. */
export function describePlan(environment: string, { changes, digest }: Plan): string {
  const heading = `### Terraform plan of ${environment}`;
  if (changes.length === 0) return `${heading}\n\nNothing changes.`;
  const count = (action: Change['action']) => changes.filter((each) => each.action === action).length;
  const counts = (['create', 'update', 'replace', 'delete'] as const)
    .filter((action) => count(action) > 0)
    .map((action) => `${count(action)} to ${action}`);
  const losing = changes.filter(({ loses }) => loses);
  const warning =
    losing.length === 0
      ? []
      : [`**What ${losing.length === 1 ? 'one of these holds' : `${losing.length} of these hold`} is lost.**`, ''];
  // What loses something is never among those that are left out.
  const shown = [...losing, ...changes.filter(({ loses }) => !loses)].slice(0, mostRows);
  const rows = shown.map(
    ({ address, action, loses, attributes }) =>
      `| ${marks[action]} ${action}${loses ? ', **loses data**' : ''} | ${code(address)} | ${code(attributes.join(' '))} |`,
  );
  const rest = changes.length - shown.length;
  return [
    heading,
    '',
    `${counts.join(', ')}.`,
    '',
    ...warning,
    '| action | resource | attributes |',
    '| --- | --- | --- |',
    ...rows,
    ...(rest > 0 ? ['', `And ${rest} more: see the log of the job.`] : []),
    '',
    `Plan ${digest.slice(0, 12)}.`,
  ].join('\n');
}

/** Keys of resources are anybody's text: as code nothing of it is a link, a mention, HTML, or a cell's end. */
function code(text: string): string {
  if (text === '') return '';
  const short = text.length > longestCell ? `${text.slice(0, longestCell)}…` : text;
  const plain = short.replace(/[\p{Cc}\p{Cf}`\\]/gu, '?').replaceAll('|', '\\|');
  return `\`${plain}\``;
}

import { z } from 'zod';
import type { Exception } from './exceptions.ts';

/** Of an advisory below these it is told, and nothing fails. */
const failing: readonly string[] = ['high', 'critical'];

const advisory = z.object({
  source: z.number(),
  name: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.string(),
});

/** As `npm audit --json` has it; `via` names another package where the fault is that one's. */
const auditReport = z.object({
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
});

export type Verdict =
  | { readonly kind: 'clean'; readonly told: readonly string[] }
  | { readonly kind: 'failed'; readonly faults: readonly string[]; readonly told: readonly string[] }
  | { readonly kind: 'not checked'; readonly reason: string };

/** Judges what npm said. `today` is such as 2027-01-31. Whatever is no report has checked nothing. */
export function judgeAudit(said: string, exceptions: readonly Exception[], today: string): Verdict {
  const read = auditReport.safeParse(parse(said));
  if (!read.success) return { kind: 'not checked', reason: reasonOf(said) };
  const advisories = Object.values(read.data.vulnerabilities).flatMap(({ via }) =>
    via.filter((each) => typeof each !== 'string'),
  );
  const idOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
  const covers = (url: string, name: string) => (exception: Exception) =>
    exception.advisory === idOf(url) && exception.package === name;
  const told: string[] = [];
  const faults: string[] = [];
  for (const { name, title, url, severity } of advisories) {
    const line = `${severity}: ${name}: ${title} (${idOf(url)})`;
    const exception = exceptions.find(covers(url, name));
    if (!failing.includes(severity)) told.push(line);
    else if (exception === undefined) faults.push(line);
    else if (exception.until < today) faults.push(`${line}: was borne until ${exception.until}`);
    else told.push(`${line}: borne until ${exception.until}: ${exception.reason}`);
  }
  for (const exception of exceptions)
    if (!advisories.some(({ url, name }) => covers(url, name)(exception)))
      faults.push(`${exception.advisory} of ${exception.package} is borne, and nothing has it: remove the exception`);
  return faults.length > 0 ? { kind: 'failed', faults, told } : { kind: 'clean', told };
}

function parse(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}

function reasonOf(said: string): string {
  const { data } = z.object({ message: z.string() }).safeParse(parse(said));
  return data === undefined ? 'npm audit gave no report' : `npm audit gave no report: ${data.message}`;
}

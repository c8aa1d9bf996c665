import { askedBy, type Asked } from './asked.ts';
import { awsFaults, type AwsFault } from './aws-faults.ts';
import { nameError, type Fault } from './log.ts';

/** What a log says of a request to SQS that failed: what it was, and what is wrong and to be done, where that is known. */
export function queueFault(error: unknown): Fault {
  return { error: nameError(error), advice: adviseOnAws(error) };
}

/**
 * One sentence, without its full stop: what is wrong, the names and the region that were seen, and what to do. `undefined`
 * where the table has nothing that fits the error or what it comes from. What AWS itself says is only looked at: it may
 * quote a request.
 */
export function adviseOnAws(error: unknown, asked?: Asked): string | undefined {
  const found = findFault(error, asked);
  if (found === undefined) return undefined;
  const { wrong, todo } = tellFault(found.fault, found.asked, found.code, hostOf(error));
  return `${wrong}: ${todo}`;
}

/** What is wrong already at the start, before anything is asked. */
export function adviseOnStart(name: 'noRegion' | 'regionOfEndpoint' | 'regionOfUrl', asked?: Asked): string {
  const { wrong, todo } = tellFault(awsFaults[name], asked);
  return `${wrong}: ${todo}`;
}

interface Found {
  readonly fault: AwsFault;
  readonly code: string;
  readonly asked: Asked | undefined;
}

/** Chains of causes are short; one that is a ring would never end. */
const mostCauses = 8;

function findFault(error: unknown, asked: Asked | undefined, depth = 0): Found | undefined {
  if (!(error instanceof Error) || depth > mostCauses) return undefined;
  const known = askedBy(error) ?? asked;
  const names = [error.name, 'code' in error ? String(error.code) : ''];
  const said = error.message.toLowerCase();
  const isMisplaced = known?.itsRegion !== undefined && (known.region ?? known.itsRegion) !== known.itsRegion;
  for (const fault of Object.values<AwsFault>(awsFaults)) {
    if (fault.isMisplaced === true && !isMisplaced) continue;
    for (const { codes, says } of fault.when) {
      const code = names.find((name) => codes.includes(name));
      const fits = says === undefined || says.some((words) => said.includes(words.toLowerCase()));
      if (code !== undefined && fits) return { fault, code, asked: known };
    }
  }
  return findFault(error.cause, known, depth + 1);
}

/** Of each service, where its endpoint and what is asked of it are set. */
const settings = {
  SQS: { endpoint: 'AWS_ENDPOINT_URL_SQS', reference: 'queue.url or deadLetterUrl of the target' },
  'AWS Secrets Manager': { endpoint: 'AWS_ENDPOINT_URL_SECRETS_MANAGER', reference: 'name of the secret' },
  'The SSM Parameter Store': { endpoint: 'AWS_ENDPOINT_URL_SSM', reference: 'name of the parameter' },
  AWS: { endpoint: 'AWS_ENDPOINT_URL', reference: 'endpoint of the target' },
} as const;

const unsaid = { service: 'SQS', kind: 'queue', name: 'asked for', action: 'this', region: undefined } as const;

/** Both parts of the sentence with what was seen in it. */
export function tellFault(
  { wrong, todo }: Pick<AwsFault, 'wrong' | 'todo'>,
  asked?: Asked,
  code?: string,
  host?: string,
): { readonly wrong: string; readonly todo: string } {
  const { service, kind, name, action, region, itsRegion, host: itsHost } = { ...unsaid, itsRegion: '', ...asked };
  const seen: Readonly<Record<string, string | undefined>> = {
    ...settings[service],
    service,
    kind,
    name,
    action,
    region: region ?? 'its region',
    itsRegion,
    host: itsHost ?? host ?? `the endpoint of ${region ?? 'its region'}`,
    code: code === undefined ? '' : ` (${code})`,
  };
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, word: string) => seen[word] ?? '');
  return { wrong: fill(wrong), todo: fill(todo) };
}

/** Which host Node could not reach, as its error or the first of several says. */
function hostOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > mostCauses) return undefined;
  const { hostname, host, address, port } = error as Partial<Record<'hostname' | 'host' | 'address' | 'port', unknown>>;
  const named = [hostname, host, address].find((each) => typeof each === 'string');
  if (named !== undefined) return typeof port === 'number' ? `${named}:${port}` : named;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return hostOf(first, depth + 1);
}

/** One for all: a Redis that is down, frozen, full or refusing keeps calls from being made. */
export function adviseOnRedis(url: string): string {
  return `Redis at ${new URL(url).host} is not to be had: start it, let the pod out to it, or correct REDIS_URL`;
}

import { Refusal } from './refusal.ts';

/** The parameters of a request, or of one entry of a batch. */
export type Input = Readonly<Record<string, unknown>>;

export function readText(input: Input, name: string): string {
  const value = input[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Refusal('MissingParameter', `The request must contain the parameter ${name}.`);
}

export function readInteger(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const reason = `Must be between ${least} and ${most}, if provided.`;
  throw new Refusal(
    'InvalidParameterValue',
    `Value ${JSON.stringify(value)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

export function readNames(input: Input, name: string): readonly string[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export interface Entry {
  readonly id: string;
  readonly input: Input;
}

/** SQS' own limits on a batch. */
const mostEntries = 10;
const entryId = /^[a-zA-Z0-9_-]{1,80}$/;

export function readEntries(input: Input): readonly Entry[] {
  const entries = (Array.isArray(input['Entries']) ? input['Entries'] : []) as readonly Input[];
  if (entries.length === 0)
    throw new Refusal('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > mostEntries) {
    const sent = `Maximum number of entries per request are ${mostEntries}. You have sent ${entries.length}.`;
    throw new Refusal('TooManyEntriesInBatchRequest', sent);
  }
  const ids = new Set<string>();
  return entries.map((entry) => {
    const id = readText(entry, 'Id');
    if (!entryId.test(id)) {
      const rule = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
      throw new Refusal('InvalidBatchEntryId', `${rule} It can be at most 80 letters long.`);
    }
    if (ids.has(id)) throw new Refusal('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    ids.add(id);
    return { id, input: entry };
  });
}

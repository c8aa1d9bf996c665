import { Refusal } from './refusal.ts';

/** What was set of a queue, as texts. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** SQS' own limits, and what holds where nothing was set. In seconds, but for the size in bytes. */
const numbers = {
  DelaySeconds: { least: 0, most: 900, usual: 0 },
  MaximumMessageSize: { least: 1_024, most: 1_048_576, usual: 1_048_576 },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, usual: 345_600 },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, usual: 0 },
  VisibilityTimeout: { least: 0, most: 43_200, usual: 30 },
} as const;

type NumberName = keyof typeof numbers;

const isNumberName = (name: string): name is NumberName => Object.hasOwn(numbers, name);

/** Where messages go that were received too often. */
export interface Redrive {
  readonly deadLetterArn: string;
  readonly mostReceives: number;
}

export function numberOf(attributes: QueueAttributes, name: NumberName): number {
  return Number(attributes[name] ?? numbers[name].usual);
}

export const usualAttributes: QueueAttributes = Object.fromEntries(
  Object.entries(numbers).map(([name, { usual }]) => [name, String(usual)]),
);

/** SQS' own limit on `maxReceiveCount`. */
const mostMaxReceives = 1_000;

export function redriveOf({ RedrivePolicy = '' }: QueueAttributes): Redrive | undefined {
  if (RedrivePolicy === '') return undefined;
  const fault = (reason: string) =>
    new Refusal(
      'InvalidParameterValue',
      `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    );
  let policy: Readonly<Record<string, unknown>>;
  try {
    policy = JSON.parse(RedrivePolicy) as Readonly<Record<string, unknown>>;
  } catch {
    throw fault('Redrive policy is not a valid JSON map.');
  }
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  const mostReceives = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string')
    throw fault('Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  if (!Number.isInteger(mostReceives) || mostReceives < 1 || mostReceives > mostMaxReceives)
    throw fault(`Invalid value for maxReceiveCount: must be between 1 and ${mostMaxReceives}.`);
  return { deadLetterArn: deadLetterTargetArn, mostReceives };
}

/** What a client may set. An empty redrive policy takes it away. */
export function checkAttributes(attributes: QueueAttributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'RedrivePolicy') {
      redriveOf(attributes);
      continue;
    }
    if (!isNumberName(name)) throw new Refusal('InvalidAttributeName', `Unknown Attribute ${name}.`);
    const { least, most } = numbers[name];
    if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most)
      throw new Refusal('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
  }
}

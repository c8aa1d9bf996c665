import { regionOfArn, regionOfUrl } from './region-of.ts';

/** What was asked of AWS, as far as a sentence about its failure names it. */
export interface Asked {
  readonly service: 'SQS' | 'AWS Secrets Manager' | 'The SSM Parameter Store' | 'AWS';
  readonly kind: 'queue' | 'AWS secret' | 'AWS parameter' | 'GraphQL endpoint';
  readonly name: string;
  /** As IAM names it, such as `sqs:SendMessage`. */
  readonly action: string;
  /** Where it is looked for; `undefined` where nobody knows. */
  readonly region: string | undefined;
  /** Where its own URL or ARN says that it is. */
  readonly itsRegion: string | undefined;
  /** Of the endpoint, where it is known before it is asked. */
  readonly host?: string;
}

/** `action`: as SQS names it; a batch needs the right to the single one. */
export function askedOfQueue(action: string, queueUrl: string, region?: string, host?: string): Asked {
  const itsRegion = regionOfUrl(queueUrl);
  return {
    service: 'SQS',
    kind: 'queue',
    name: queueUrl.split('/').at(-1) ?? queueUrl,
    action: `sqs:${action.replace(/Batch$/, '')}`,
    // What answered at all without being told of a region is the queue's own.
    region: region ?? itsRegion,
    itsRegion,
    ...(host === undefined ? {} : { host }),
  };
}

/** A secret of Secrets Manager, by its name or ARN. */
export function askedOfSecret(name: string, region: string | undefined): Asked {
  const itsRegion = regionOfArn(name);
  const action = 'secretsmanager:GetSecretValue';
  return { service: 'AWS Secrets Manager', kind: 'AWS secret', name, action, region, itsRegion };
}

/** A parameter of the SSM Parameter Store, by its name or ARN. */
export function askedOfParameter(name: string, region: string | undefined): Asked {
  const itsRegion = regionOfArn(name);
  return {
    service: 'The SSM Parameter Store',
    kind: 'AWS parameter',
    name,
    action: 'ssm:GetParameter',
    region,
    itsRegion,
  };
}

/** A target whose calls are signed. */
export function askedOfEndpoint({ host }: URL, region: string): Asked {
  return {
    service: 'AWS',
    kind: 'GraphQL endpoint',
    name: host,
    action: 'appsync:GraphQL',
    region,
    itsRegion: undefined,
    host,
  };
}

/** Lets an error say what was asked; it stays what it is otherwise. */
export function withAsked(error: unknown, asked: () => Asked): unknown {
  return error instanceof Error ? Object.assign(error, { asked: asked() }) : error;
}

/** What SQS said of one entry of a batch, as an error that says what was asked. */
export function entryError(
  action: string,
  queueUrl: string,
  { Code = 'NoCode', Message = '' }: { readonly Code?: string | undefined; readonly Message?: string | undefined },
): Error {
  return Object.assign(new Error(Message), { name: Code.slice(0, 100), asked: askedOfQueue(action, queueUrl) });
}

/** What an error says that was asked. */
export function askedBy(error: Error): Asked | undefined {
  return 'asked' in error ? (error.asked as Asked) : undefined;
}

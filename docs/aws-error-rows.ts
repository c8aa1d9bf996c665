import { tellFault } from '../apps/shared/advice.ts';
import { askedOfQueue, askedOfSecret } from '../apps/shared/asked.ts';
import { awsFaults, type AwsFault } from '../apps/shared/aws-faults.ts';

const sqsApi = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';
const sqsGuide = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const iamGuide = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';
const secretsApi = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference';
const parameterApi = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html';
const nodeErrors = 'https://nodejs.org/api/errors.html#common-system-errors';
const undiciErrors = 'https://undici.nodejs.org/#/docs/api/Errors';

/** Where codes and words are documented, or were seen by others. */
const documented: Readonly<Record<keyof typeof awsFaults, readonly string[]>> = {
  noRegion: ['https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html'],
  regionOfUrl: [`${sqsApi}/API_SendMessageBatch.html`, 'https://github.com/bbc/sqs-consumer/issues/367'],
  regionOfEndpoint: ['https://github.com/aws/aws-sdk-cpp/issues/93', 'https://github.com/aws/aws-sdk-js/issues/4545'],
  address: ['https://github.com/bbc/sqs-consumer/issues/367'],
  clock: [`${iamGuide}/reference_sigv-troubleshooting.html`, `${sqsApi}/CommonErrors.html`],
  signature: [`${iamGuide}/reference_sigv-troubleshooting.html`, `${sqsApi}/CommonErrors.html`],
  role: ['https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html'],
  tokenExpired: [`${sqsApi}/CommonErrors.html`],
  keyUnknown: [`${sqsApi}/CommonErrors.html`, 'https://github.com/aws/aws-sdk-js-v3/issues/6715'],
  noCredentials: ['https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html'],
  keyDenied: [`${sqsGuide}/troubleshooting-access-denied.html`, `${secretsApi}/CommonErrors.html`],
  keyDisabled: [`${sqsApi}/API_SendMessageBatch.html`, `${secretsApi}/CommonErrors.html`],
  keyMissing: [`${sqsApi}/API_SendMessageBatch.html`, parameterApi],
  keyUnfit: [`${sqsApi}/API_SendMessageBatch.html`],
  keyThrottled: [`${sqsApi}/API_SendMessageBatch.html`],
  deniedByOwnPolicy: [`${iamGuide}/troubleshoot_access-denied.html`, `${sqsGuide}/troubleshooting-access-denied.html`],
  deniedExplicitly: [`${iamGuide}/troubleshoot_access-denied.html`],
  deniedEntirely: [`${iamGuide}/troubleshoot_access-denied.html`, `${sqsGuide}/troubleshooting-access-denied.html`],
  queueMissing: [`${sqsApi}/API_SendMessageBatch.html`],
  secretMissing: [`${secretsApi}/API_GetSecretValue.html`, parameterApi],
  secretDeleted: [`${secretsApi}/API_GetSecretValue.html`],
  inFlight: [`${sqsGuide}/quotas-queues.html`],
  throttled: [`${sqsApi}/API_SendMessageBatch.html`, `${sqsApi}/CommonErrors.html`],
  nameUnknown: [nodeErrors],
  unreachable: [nodeErrors],
  untrusted: ['https://nodejs.org/api/tls.html#x509-certificate-error-codes'],
  silent: [nodeErrors, undiciErrors],
};

/** The queue and the secret of the table. */
export const example = {
  queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/crm-events',
  urlElsewhere: 'https://sqs.us-east-1.amazonaws.com/123456789012/crm-events',
  region: 'eu-west-1',
  host: 'sqs.eu-west-1.amazonaws.com',
  secret: 'crm-key',
} as const;

/** The rows of the table of aws-errors.md: codes, what is wrong, what to do, where it is documented. */
export function awsErrorRows(): readonly (readonly string[])[] {
  return (Object.keys(awsFaults) as (keyof typeof awsFaults)[]).map((name) => {
    const fault: AwsFault = awsFaults[name];
    const [first] = fault.when.flatMap(({ codes }) => codes);
    const { wrong, todo } = tellFault(fault, askedFor(fault), first);
    const links = documented[name].map((url, i) => `[${i + 1}](${url})`);
    return [codesOf(fault), wrong, todo, links.join(' ')];
  });
}

/** A secret only where no queue can fail so. */
function askedFor({ isMisplaced, wrong, when }: AwsFault) {
  const { queueUrl, urlElsewhere, region, host, secret } = example;
  const isOfQueues =
    wrong.includes('queue') ||
    when.some(({ codes }) => codes.some((code) => !/Resource|Parameter|InvalidRequest/.test(code)));
  if (!isOfQueues) return askedOfSecret(secret, region);
  return askedOfQueue('SendMessage', isMisplaced === true ? urlElsewhere : queueUrl, region, host);
}

function codesOf({ when, isMisplaced }: AwsFault): string {
  if (when.length === 0) return 'none, at the start';
  const groups = when.map(({ codes, says }) => {
    const named = codes.map((code) => `\`${code}\``).join(', ');
    return says === undefined ? named : `${named} with ${says.map((words) => `“${words}”`).join(' or ')}`;
  });
  return `${groups.join('; ')}${isMisplaced === true ? ', where its URL or ARN names another region' : ''}`;
}

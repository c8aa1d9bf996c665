import { connectionFaults } from './connection-faults.ts';

/** A way for a request to AWS to fail, and what people are told of it. */
export interface AwsFault {
  /** Codes as AWS, its SDK, undici and Node name them; with `says`, only where the message has one of these in it. */
  readonly when: readonly { readonly codes: readonly string[]; readonly says?: readonly string[] }[];
  /** Only where the URL or the ARN of what was asked for names another region than the one that was asked. */
  readonly isMisplaced?: true;
  /** `{…}` stands for what was seen; `{code}` is the code in parentheses. */
  readonly wrong: string;
  readonly todo: string;
}

const signature = ['SignatureDoesNotMatch', 'InvalidSignatureException'];
const denied = ['AccessDenied', 'AccessDeniedException'];
const missingQueue = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];
const missingSecret = ['ResourceNotFoundException', 'ParameterNotFound'];

/**
 * The one table behind logs, `egw` and docs/aws-errors.md, which says where each is documented. The first that fits counts:
 * what its words tell apart stands before what only has the code.
 */
export const awsFaults = {
  noRegion: {
    // Told at the start.
    when: [],
    wrong: 'AWS_REGION is not set',
    todo: 'name the region of the queues, such as eu-west-1',
  },
  regionOfUrl: {
    isMisplaced: true,
    when: [{ codes: ['InvalidAddress', ...missingQueue, ...missingSecret, ...signature, ...denied] }],
    wrong: 'The {kind} {name} is in {itsRegion}, but is looked for in {region}{code}',
    todo: 'set AWS_REGION to {itsRegion}, or correct the {reference}',
  },
  regionOfEndpoint: {
    when: [{ codes: signature, says: ['scoped to a valid region'] }],
    wrong: 'Requests for the {kind} {name} are signed for {region}, where {host} is not{code}',
    todo: 'set AWS_REGION to the region of the endpoint, or correct {endpoint}',
  },
  address: {
    when: [{ codes: ['InvalidAddress'] }],
    wrong: 'The {reference} names no queue {name} of {region}{code}',
    todo: 'copy the URL from the queue, and set AWS_REGION to its region',
  },
  clock: {
    when: [
      { codes: signature, says: ['Signature expired', 'Signature not yet current'] },
      { codes: ['RequestExpired', 'RequestTimeTooSkewed', 'RequestInTheFuture'] },
    ],
    wrong: 'The {kind} {name} in {region} cannot be used, as the clock here is minutes away from that of AWS{code}',
    todo: 'set the clock of the node by NTP, as chrony does',
  },
  signature: {
    when: [{ codes: [...signature, 'IncompleteSignature'] }],
    wrong: 'Requests for the {kind} {name} in {region} are not signed as {service} expects{code}',
    todo: 'correct AWS_SECRET_ACCESS_KEY, or unset it so that the role counts, and let no proxy change requests',
  },
  role: {
    when: [{ codes: denied, says: ['sts:AssumeRole'] }, { codes: ['InvalidIdentityToken', 'IDPRejectedClaim'] }],
    wrong: 'There are no valid credentials for the {kind} {name}, as STS gives out none for the role{code}',
    todo: 'correct the trust policy of the role and the annotation of the service account, as docs/eks.md says',
  },
  tokenExpired: {
    when: [{ codes: ['ExpiredToken', 'ExpiredTokenException'] }],
    wrong: 'There are no valid credentials for the {kind} {name}, as the session token has expired{code}',
    todo: 'sign in anew, or unset AWS_SESSION_TOKEN so that the role counts, as docs/eks.md says',
  },
  keyUnknown: {
    when: [
      {
        codes: [
          'InvalidClientTokenId',
          'UnrecognizedClientException',
          'InvalidAccessKeyId',
          'MissingAuthenticationToken',
          'MissingAuthenticationTokenException',
        ],
      },
    ],
    wrong:
      'There are no valid credentials for the {kind} {name}, as AWS does not know the access key in {region}{code}',
    todo: 'correct AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or enable {region} in the account',
  },
  noCredentials: {
    when: [{ codes: ['CredentialsProviderError', 'TokenProviderError', 'ProviderError'] }],
    wrong: 'There are no valid credentials for the {kind} {name}, as none are found{code}',
    todo: 'annotate or associate the role of the service account, as docs/eks.md says, or name an AWS_PROFILE',
  },
  keyDenied: {
    when: [
      { codes: ['KmsAccessDenied', 'KMS.AccessDeniedException'] },
      { codes: denied, says: ['kms:', 'Access to KMS', 'The ciphertext refers to'] },
    ],
    wrong: 'The KMS key of the {kind} {name} in {region} may not be used{code}',
    todo: 'allow kms:Decrypt, and kms:GenerateDataKey to whoever sends, as docs/security.md says, in the policy of the role and of the key',
  },
  keyDisabled: {
    when: [
      {
        codes: [
          'KmsDisabled',
          'KMS.DisabledException',
          'KmsInvalidState',
          'KMS.InvalidStateException',
          'DecryptionFailure',
        ],
      },
    ],
    wrong: 'The KMS key of the {kind} {name} in {region} is disabled or about to be deleted{code}',
    todo: 'enable the key or cancel its deletion',
  },
  keyMissing: {
    when: [{ codes: ['KmsNotFound', 'KMS.NotFoundException', 'InvalidKeyId'] }],
    wrong: 'The KMS key of the {kind} {name} in {region} is not there{code}',
    todo: 'name a key that exists in the settings of the {kind}',
  },
  keyUnfit: {
    when: [{ codes: ['KmsInvalidKeyUsage', 'KMS.InvalidKeyUsageException', 'KmsOptInRequired', 'KMS.OptInRequired'] }],
    wrong: 'The KMS key of the {kind} {name} in {region} is not one to encrypt with{code}',
    todo: 'name a symmetric key of an account that has KMS in the settings of the {kind}',
  },
  keyThrottled: {
    when: [{ codes: ['KmsThrottled', 'KMS.ThrottlingException'] }],
    wrong: 'KMS takes no more requests for the {kind} {name} in {region} for now{code}',
    todo: 'let the {kind} use a data key for longer, or ask AWS for a higher quota of KMS',
  },
  deniedByOwnPolicy: {
    when: [{ codes: denied, says: ['explicit deny in a resource-based policy'] }],
    wrong: 'The own policy of the {kind} {name} in {region} denies {action}{code}',
    todo: 'change the Deny in that policy, or meet its conditions, such as TLS or a VPC endpoint',
  },
  deniedExplicitly: {
    when: [{ codes: denied, says: ['explicit deny'] }],
    wrong: 'A policy denies {action} on the {kind} {name} in {region}{code}',
    todo: 'change the Deny in the policies of the role, its permissions boundary, the VPC endpoint or the organisation',
  },
  deniedEntirely: {
    when: [{ codes: [...denied, 'NotAuthorized'] }],
    wrong: 'The role may not use this {kind}, {name} in {region}{code}',
    todo: 'allow {action} on it, as the permissions that docs/eks.md lists do',
  },
  queueMissing: {
    when: [{ codes: [...missingQueue, 'QueueDeletedRecently'] }],
    wrong: 'There is no such queue as {name} in {region}{code}',
    todo: 'create it, or correct the {reference} or AWS_REGION',
  },
  secretMissing: {
    when: [{ codes: [...missingSecret, 'ParameterVersionNotFound'] }],
    wrong: 'The {kind} {name} cannot be read{code}',
    todo: 'correct its name, or set AWS_REGION to where it is, as {region} has none of this name',
  },
  secretDeleted: {
    when: [{ codes: ['InvalidRequestException'], says: ['marked for deletion'] }],
    wrong: 'The {kind} {name} in {region} is marked for deletion{code}',
    todo: 'restore it, or name another one',
  },
  inFlight: {
    when: [{ codes: ['OverLimit'] }],
    wrong: 'The queue {name} in {region} has as many messages in flight as SQS allows{code}',
    todo: 'see with egw status why they are not deleted, and ask AWS for a higher quota where all is well',
  },
  throttled: {
    when: [
      {
        codes: [
          'RequestThrottled',
          'RequestThrottledException',
          'ThrottlingException',
          'Throttling',
          'ThrottledException',
          'TooManyRequestsException',
        ],
      },
    ],
    wrong: '{service} takes no more requests for the {kind} {name} in {region} for now{code}',
    todo: 'wait, as it is asked again by itself, and ask AWS for a higher quota where this lasts',
  },
  ...connectionFaults,
} as const satisfies Record<string, AwsFault>;

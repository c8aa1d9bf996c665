import type { awsFaults } from '../../apps/shared/aws-faults.ts';
import type { AwsRefusal } from '../support/aws-refusals.ts';

export type FaultName = keyof typeof awsFaults;

/** Stands in what AWS says, and must stand nowhere else. */
export const quoted = 'AKIAQUOTEDBYAWS';

const who = `User: arn:aws:sts::123456789012:assumed-role/crm/${quoted} is not authorized to perform`;
const queue = 'arn:aws:sqs:eu-west-1:123456789012:crm-events';

/** `com.amazonaws.sqs#` is before errors that SQS' model has, the other before those of the layer in front of all services. */
const ofSqs = (name: string, code: string, message: string, status = 400): AwsRefusal => ({
  type: `com.amazonaws.sqs#${name}`,
  code,
  status,
  message: `${message} ${quoted}`,
});
const ofAws = (name: string, code: string, message: string, status = 400): AwsRefusal => ({
  ...ofSqs(name, code, message, status),
  type: `com.amazon.coral.service#${name}`,
});

const noQueue = ofSqs(
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'The specified queue does not exist.',
);
const address = 'The address https://sqs.us-east-1.amazonaws.com/ is not valid for this endpoint.';

/** Of a queue in eu-west-1, or, where it says so, in us-east-1, which eu-west-1 is asked for. */
export const sqsAnswers: readonly { fault: FaultName; refusal: AwsRefusal; elsewhere?: true }[] = [
  { fault: 'regionOfUrl', elsewhere: true, refusal: noQueue },
  { fault: 'regionOfUrl', elsewhere: true, refusal: ofSqs('InvalidAddress', 'InvalidAddress', address, 404) },
  {
    fault: 'regionOfEndpoint',
    refusal: ofAws(
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'Credential should be scoped to a valid region.',
      403,
    ),
  },
  { fault: 'address', refusal: ofSqs('InvalidAddress', 'InvalidAddress', address, 404) },
  {
    fault: 'clock',
    refusal: ofAws(
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'Signature not yet current: 20261126T183640Z is still later than 20261126T175140Z (20261126T173640Z + 15 min.)',
      403,
    ),
  },
  {
    fault: 'clock',
    refusal: ofAws('RequestExpired', 'RequestExpired', 'Request timestamp is too far from the current time.'),
  },
  {
    fault: 'signature',
    refusal: ofAws(
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
      403,
    ),
  },
  {
    fault: 'tokenExpired',
    refusal: ofAws(
      'ExpiredTokenException',
      'ExpiredToken',
      'The security token included in the request is expired',
      403,
    ),
  },
  {
    fault: 'keyUnknown',
    refusal: ofAws(
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      403,
    ),
  },
  {
    fault: 'keyDenied',
    refusal: ofSqs('KmsAccessDenied', 'KMS.AccessDeniedException', `${who}: kms:GenerateDataKey on this resource`),
  },
  {
    fault: 'keyDenied',
    refusal: ofAws(
      'AccessDeniedException',
      'AccessDenied',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    ),
  },
  { fault: 'keyDisabled', refusal: ofSqs('KmsDisabled', 'KMS.DisabledException', 'The key is disabled.') },
  {
    fault: 'keyDisabled',
    refusal: ofSqs('KmsInvalidState', 'KMS.InvalidStateException', 'The key is pending deletion.'),
  },
  { fault: 'keyMissing', refusal: ofSqs('KmsNotFound', 'KMS.NotFoundException', 'The key does not exist') },
  {
    fault: 'keyUnfit',
    refusal: ofSqs('KmsInvalidKeyUsage', 'KMS.InvalidKeyUsageException', 'The KeyUsage is incompatible.'),
  },
  { fault: 'keyThrottled', refusal: ofSqs('KmsThrottled', 'KMS.ThrottlingException', 'Rate exceeded') },
  {
    fault: 'deniedByOwnPolicy',
    refusal: ofAws(
      'AccessDeniedException',
      'AccessDenied',
      `${who}: sqs:sendmessage on resource: ${queue} with an explicit deny in a resource-based policy`,
      403,
    ),
  },
  {
    fault: 'deniedExplicitly',
    refusal: ofAws(
      'AccessDeniedException',
      'AccessDenied',
      `${who}: sqs:sendmessage on resource: ${queue} with an explicit deny in a service control policy`,
      403,
    ),
  },
  {
    fault: 'deniedEntirely',
    refusal: ofAws(
      'AccessDeniedException',
      'AccessDenied',
      `${who}: sqs:sendmessage on resource: ${queue} because no identity-based policy allows the sqs:sendmessage action`,
      403,
    ),
  },
  {
    fault: 'deniedEntirely',
    refusal: ofAws(
      'AccessDenied',
      'AccessDenied',
      'Access to the resource https://sqs.eu-west-1.amazonaws.com/ is denied.',
      403,
    ),
  },
  { fault: 'queueMissing', refusal: noQueue },
  { fault: 'inFlight', refusal: ofSqs('OverLimit', 'OverLimit', 'Too many messages are in flight.', 403) },
  {
    fault: 'throttled',
    refusal: ofSqs('RequestThrottled', 'RequestThrottled', 'The request was denied due to request throttling.', 403),
  },
  { fault: 'throttled', refusal: ofAws('ThrottlingException', 'Throttling', 'Rate exceeded') },
];

/** Of the secret `crm-key`, and of the parameter `/crm/key`. */
export const secretAnswers: readonly { fault: FaultName; ref: 'awsSecret' | 'awsParameter'; refusal: AwsRefusal }[] = [
  {
    fault: 'secretMissing',
    ref: 'awsSecret',
    refusal: ofAws('ResourceNotFoundException', '', "Secrets Manager can't find the specified secret."),
  },
  { fault: 'secretMissing', ref: 'awsParameter', refusal: ofAws('ParameterNotFound', '', '') },
  {
    fault: 'secretDeleted',
    ref: 'awsSecret',
    refusal: ofAws(
      'InvalidRequestException',
      '',
      "You can't perform this operation on the secret because it was marked for deletion.",
    ),
  },
  {
    fault: 'keyDenied',
    ref: 'awsSecret',
    refusal: ofAws('AccessDeniedException', '', 'Access to KMS is not allowed'),
  },
  {
    fault: 'keyDisabled',
    ref: 'awsSecret',
    refusal: ofAws('DecryptionFailure', '', "Secrets Manager can't decrypt the protected secret text."),
  },
  { fault: 'keyMissing', ref: 'awsParameter', refusal: ofAws('InvalidKeyId', '', 'The query key ID is not valid.') },
  {
    fault: 'deniedEntirely',
    ref: 'awsParameter',
    refusal: ofAws('AccessDeniedException', '', `${who}: ssm:GetParameter on resource: crm`),
  },
  {
    fault: 'throttled',
    ref: 'awsParameter',
    refusal: ofAws('ThrottlingException', '', 'Rate exceeded'),
  },
];

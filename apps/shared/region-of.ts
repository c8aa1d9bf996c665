/** Only hosts of AWS itself: what an emulator or a proxy is named after says nothing of where it is. */
const awsDomain = String.raw`(?:amazonaws\.com(?:\.cn)?|api\.aws|api\.amazonwebservices\.com\.cn)`;
const regionName = String.raw`([a-z]{2}(?:-[a-z]+)+-\d)`;
const ofArn = new RegExp(`^arn:aws[a-z-]*:[a-z]+:${regionName}:`);
const ofSqs = new RegExp(String.raw`^(?:[\w-]+\.)?sqs(?:-fips)?\.${regionName}\.(?:vpce\.)?${awsDomain}$`);
/** As the first SDKs wrote it, and SQS still does in some answers. */
const ofLegacySqs = new RegExp(String.raw`^(?:${regionName}\.)?queue\.amazonaws\.com(?:\.cn)?$`);

/** The region that the URL of a queue or of an endpoint of SQS names; `undefined` where it is not AWS'. */
export function regionOfUrl(url: string): string | undefined {
  const host = URL.parse(url)?.hostname ?? '';
  const legacy = ofLegacySqs.exec(host);
  return legacy === null ? ofSqs.exec(host)?.[1] : (legacy[1] ?? 'us-east-1');
}

export function regionOfArn(name: string): string | undefined {
  return ofArn.exec(name)?.[1];
}

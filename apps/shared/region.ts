import { adviseOnStart } from './advice.ts';
import { askedOfQueue } from './asked.ts';
import { regionOfUrl } from './region-of.ts';

/**
 * The SDK looks for its region with the first request, when an event is already waiting; asked for at the start, a
 * missing one is told at the start. Rejects with a sentence.
 */
export async function requireRegion({ region }: { readonly region: () => Promise<string> }): Promise<string> {
  const found = await region().catch(() => '');
  if (found === '') throw new Error(adviseOnStart('noRegion'));
  return found;
}

/** Where SQS is, where not at the usual endpoint of the region. */
export function namedEndpoint(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return [env['AWS_ENDPOINT_URL_SQS'], env['AWS_ENDPOINT_URL']].find((url) => url !== undefined && url !== '');
}

/** The host of that, where there is one. */
export function endpointHost(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return URL.parse(namedEndpoint(env) ?? '')?.host;
}

/**
 * Rejects with a sentence where a queue is in another region than the one that will be asked: it would never be found there,
 * and each region says so in its own words. Where an endpoint of somebody else's is named, nobody knows whose queues it has.
 */
export function requireSameRegion(
  env: Readonly<Record<string, string | undefined>>,
  queueUrls: readonly string[],
): void {
  const region = env['AWS_REGION'];
  if (region === undefined || region === '') return;
  const endpoint = namedEndpoint(env);
  if (endpoint !== undefined) {
    const itsRegion = regionOfUrl(endpoint);
    if (itsRegion === undefined) return;
    const asked = askedOfQueue('GetQueueAttributes', queueUrls[0] ?? '', region, endpointHost(env));
    if (itsRegion !== region) throw new Error(adviseOnStart('regionOfEndpoint', asked));
  }
  for (const url of queueUrls) {
    const asked = askedOfQueue('GetQueueAttributes', url, region);
    if ((asked.itsRegion ?? region) !== region) throw new Error(adviseOnStart('regionOfUrl', asked));
  }
}

/**
 * The SDK looks for its region with the first request, when an event is already waiting; asked for at the start, a
 * missing one is told at the start. Rejects with a sentence.
 */
export async function requireRegion({ region }: { readonly region: () => Promise<string> }): Promise<void> {
  try {
    await region();
  } catch {
    throw new Error('AWS_REGION is not set: name the region of the queues, such as eu-west-1');
  }
}

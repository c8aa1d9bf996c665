/** The body of an answer as UTF-8; `undefined` where it is larger than it may be, and read no further then. */
export async function readText(response: Response, mostBytes: number): Promise<string | undefined> {
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

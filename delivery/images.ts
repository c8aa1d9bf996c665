import { z } from 'zod';
import type { Run } from './run.ts';

/** What a registry has of a name. */
export type Found =
  | { readonly kind: 'image'; readonly digest: string; readonly platforms: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly said: string };

/** As `docker buildx imagetools inspect --format '{{json .Manifest}}'` has it. */
const manifest = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  manifests: z
    .array(z.object({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }))
    .default([]),
});

export async function findImage(name: string, run: Run): Promise<Found> {
  const said = await run('docker', ['buildx', 'imagetools', 'inspect', name, '--format', '{{json .Manifest}}']);
  if (!said.ok) {
    const isMissing = /: not found|manifest unknown|name unknown/i.test(said.text);
    return isMissing ? { kind: 'none' } : { kind: 'unreadable', said: said.text.trim() };
  }
  const read = manifest.safeParse(parse(said.stdout));
  if (!read.success) return { kind: 'unreadable', said: `${name}: no manifest in ${said.stdout.slice(0, 200)}` };
  const { digest, manifests } = read.data;
  // What BuildKit says of a build lies in the index as a manifest of the platform unknown/unknown.
  const platforms = manifests
    .map(({ platform }) => `${platform?.os ?? 'unknown'}/${platform?.architecture ?? 'unknown'}`)
    .filter((platform) => !platform.startsWith('unknown'));
  return { kind: 'image', digest, platforms: [...new Set(platforms)].toSorted() };
}

export type Tagged = { readonly ok: true; readonly digest: string } | { readonly ok: false; readonly fault: string };

/**
 * Gives `to` (REGISTRY/NAME:TAG) to what `from` (REGISTRY/NAME@DIGEST) is, bit for bit, in another registry as well. A tag that
 * is something else already stays what it is.
 */
export async function tagImage(from: string, to: string, run: Run): Promise<Tagged> {
  const wanted = from.slice(from.indexOf('@') + 1);
  const there = await findImage(to, run);
  if (there.kind === 'unreadable') return { ok: false, fault: there.said };
  if (there.kind === 'image')
    return there.digest === wanted
      ? { ok: true, digest: wanted }
      : { ok: false, fault: `${to} is ${there.digest} already, and not ${wanted}: a tag is given once` };
  const copied = await run('docker', ['buildx', 'imagetools', 'create', '--tag', to, from]);
  if (!copied.ok) return { ok: false, fault: `${to} was not made: ${copied.text.trim()}` };
  const made = await findImage(to, run);
  if (made.kind === 'image' && made.digest === wanted) return { ok: true, digest: wanted };
  return { ok: false, fault: `${to} became ${made.kind === 'image' ? made.digest : made.kind}, and not ${wanted}` };
}

const bothPlatforms = ['linux/amd64', 'linux/arm64'];

/** Makes one image of those of each processor, under a tag that says that nobody has signed it yet. */
export async function joinImages(name: string, digests: readonly string[], tag: string, run: Run): Promise<Tagged> {
  const parts = digests.map((digest) => `${name}@${digest}`);
  const joined = await run('docker', ['buildx', 'imagetools', 'create', '--tag', `${name}:${tag}`, ...parts]);
  if (!joined.ok) return { ok: false, fault: `${name} was not joined: ${joined.text.trim()}` };
  const found = await findImage(`${name}:${tag}`, run);
  if (found.kind !== 'image') return { ok: false, fault: `${name}:${tag} is ${found.kind} after it was made` };
  if (found.platforms.join() !== bothPlatforms.join())
    return {
      ok: false,
      fault: `${name}:${tag} is for ${found.platforms.join(', ')}, and not ${bothPlatforms.join(' and ')}`,
    };
  return { ok: true, digest: found.digest };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

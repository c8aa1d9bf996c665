import { z } from 'zod';
import type { Run, Said } from './run.ts';

/** Where a release goes, and what it is. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** The packaged chart. */
  readonly chart: string;
  readonly valuesFiles: readonly string[];
  /** Registry and path, before `/event-gateway-receiver`. */
  readonly registry: string;
  /** `sha256:…` of each image. */
  readonly digests: { readonly receiver: string; readonly dispatcher: string };
}

/** Does an event that is sent arrive? `unsent`: nobody sent one, which shows nothing. */
export type Smoke = 'arrives' | 'is lost' | 'unsent';

export type Outcome =
  | { readonly kind: 'delivers' }
  /** Nobody knows what runs there, so nothing was done. */
  | { readonly kind: 'unreadable'; readonly said: string }
  /** Helm has put back what was there. */
  | { readonly kind: 'not upgraded'; readonly said: string }
  | { readonly kind: 'rolled back'; readonly revision: number; readonly smoke: Smoke; readonly former: Smoke }
  /** There was nothing before it. */
  | { readonly kind: 'removed'; readonly smoke: Smoke }
  /** What does not deliver is still there. */
  | { readonly kind: 'stuck'; readonly smoke: Smoke; readonly said: string };

/** Pods that pull an image on a node that has to be started first. */
const upgradeWithin = '10m';
/** The event's own time is 2 minutes by default, and its pod has to be started too. */
const smokeWithin = '5m';

const history = z.array(z.object({ revision: z.number().int().positive(), status: z.string() }));

/**
 * Upgrades, sends an event, and looks whether it arrives. Where it does not, what was there before is put back: the last
 * revision that was in use, or nothing if there was none.
 */
export async function rollOut(release: Release, run: Run): Promise<Outcome> {
  const here = ['--namespace', release.namespace];
  const before = await revisionInUse(release, run);
  if (typeof before === 'string') return { kind: 'unreadable', said: before };

  const upgraded = await run('helm', ['upgrade', release.name, release.chart, ...here, ...upgradeArguments(release)]);
  if (!upgraded.ok) return { kind: 'not upgraded', said: lastLine(upgraded) };

  let smoke = await sendEvent(release, run);
  if (smoke === 'is lost') {
    await tellPods(release, run);
    // One connection to the API server that broke is no reason to take a release back.
    smoke = await sendEvent(release, run);
  }
  if (smoke === 'arrives') return { kind: 'delivers' };

  if (before === undefined) {
    const removed = await run('helm', ['uninstall', release.name, ...here, '--wait', '--timeout', upgradeWithin]);
    return removed.ok ? { kind: 'removed', smoke } : { kind: 'stuck', smoke, said: lastLine(removed) };
  }
  const back = ['rollback', release.name, String(before), ...here, '--wait', '--timeout', upgradeWithin];
  const rolledBack = await run('helm', back);
  if (!rolledBack.ok) return { kind: 'stuck', smoke, said: lastLine(rolledBack) };
  // If the former one does not deliver either, the fault is not the new one's.
  return { kind: 'rolled back', revision: before, smoke, former: await sendEvent(release, run) };
}

/** `undefined` where there is none, or none that ever came to run; a sentence where nobody can say. */
async function revisionInUse({ name, namespace }: Release, run: Run): Promise<number | undefined | string> {
  const said = await run('helm', ['history', name, '--namespace', namespace, '--output', 'json']);
  if (!said.ok) return said.text.includes('release: not found') ? undefined : lastLine(said);
  try {
    const revisions = history.parse(JSON.parse(said.stdout));
    return revisions.filter(({ status }) => status === 'deployed').at(-1)?.revision;
  } catch (error) {
    return `helm history cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function upgradeArguments({ valuesFiles, registry, digests }: Release): readonly string[] {
  const images = (['receiver', 'dispatcher'] as const).flatMap((app) => [
    `${app}.image.repository=${registry}/event-gateway-${app}`,
    `${app}.image.digest=${digests[app]}`,
  ]);
  return [
    '--install',
    // Called --atomic before Helm 4.
    '--rollback-on-failure',
    '--wait',
    '--timeout',
    upgradeWithin,
    ...valuesFiles.flatMap((file) => ['--values', file]),
    // Without the chart's test nobody would look.
    '--set',
    'tests.enabled=true',
    ...images.flatMap((image) => ['--set-string', image]),
  ];
}

/**
 * `helm test` sends one with `egw send --wait`, from inside of the cluster. It ends well, too, where there is no test; and badly
 * with `--logs` where it cannot read a log.
 */
async function sendEvent({ name, namespace }: Release, run: Run): Promise<Smoke> {
  const said = await run('helm', ['test', name, '--namespace', namespace, '--timeout', smokeWithin]);
  if (!said.ok) return 'is lost';
  return /^Phase:\s+Succeeded/m.test(said.text) ? 'arrives' : 'unsent';
}

/** For whoever reads the log; it says nothing of payloads. */
async function tellPods({ name, namespace }: Release, run: Run): Promise<void> {
  const ours = ['--namespace', namespace, '--selector', `app.kubernetes.io/instance=${name}`];
  await run('kubectl', ['get', 'pods', ...ours, '--output', 'wide']);
  await run('kubectl', ['logs', ...ours, '--all-containers', '--prefix', '--tail', '50']);
}

const lastLine = ({ text }: Said): string => text.trim().split('\n').at(-1) ?? '';

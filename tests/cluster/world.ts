import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hearLogs, type Logs } from './hear-logs.ts';
import { eventually, openKubernetes, runProgram, type Kubernetes, type Said } from './kubernetes.ts';
import { neighboursNamespace, startNeighbours, type Neighbours } from './neighbours.ts';
import { processesOf, type PodProcesses } from './pod-processes.ts';
import { openRelease, releaseName, releaseNamespace, type Release, type Settings } from './release.ts';
import { watchFleet, type FleetWatch } from './watch-fleet.ts';

/** What a scenario plays with. */
export interface World {
  readonly kubernetes: Kubernetes;
  readonly neighbours: Neighbours;
  readonly release: Release;
  readonly fleet: FleetWatch;
  readonly logs: Logs;
  /** Installs or upgrades, and waits until no pod takes events by the old values; rejects where Helm refuses. */
  readonly deploy: (settings: Settings) => Promise<Said>;
  /** Where events are sent to. */
  readonly receiverUrl: () => Promise<string>;
  /** Of one of the neighbours. */
  readonly processesOfNeighbour: (app: string) => Promise<PodProcesses>;
  readonly folder: string;
  readonly died: (sentence: string) => void;
  readonly signal: AbortSignal;
  readonly close: () => Promise<void>;
}

/** Five seconds of sleep, and requests under way. */
const goneWithinMs = 60_000;

export async function openWorld(ended: AbortSignal): Promise<World> {
  const broken = new AbortController();
  const signal = AbortSignal.any([ended, broken.signal]);
  const died = (sentence: string) => broken.abort(new Error(sentence));
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop().catch(() => undefined);
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'egw-cluster-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    await requireParts(signal);
    const kubernetes = await openKubernetes(died, signal);
    stops.push(kubernetes.stop, removeAll);
    const neighbours = await startNeighbours(kubernetes, signal);
    stops.push(neighbours.stop);
    const release = await openRelease(kubernetes, folder);
    const logs = hearLogs(kubernetes, releaseNamespace);
    stops.push(logs.stop);
    const fleet = watchFleet(kubernetes, releaseNamespace, logs.follow);
    stops.push(fleet.stop);
    return {
      kubernetes,
      neighbours,
      release,
      fleet,
      logs,
      async deploy(settings) {
        const said = await release.deploy(settings);
        if (!said.ok) throw new Error(`helm upgrade: ${said.text.trim()}\n${await why(kubernetes)}`);
        // One that ends goes on taking requests for a while, by what it was told before.
        const settled = () =>
          fleet.pods().every(({ component, isAlive, isGone }) => component !== 'receiver' || isAlive || isGone);
        await eventually('old receivers gone', goneWithinMs, settled, signal);
        return said;
      },
      receiverUrl: () => kubernetes.reach(releaseNamespace, `${releaseName}-receiver`, 80),
      async processesOfNeighbour(app) {
        const args = [
          'get',
          'pods',
          '-n',
          neighboursNamespace,
          '-l',
          `app=${app}`,
          '-o',
          'jsonpath={.items[*].metadata.uid}',
        ];
        const [uid = '', ...others] = (await kubernetes.kubectl(args)).split(' ');
        if (uid === '' || others.length > 0)
          throw new Error(`There is not one pod of ${app}, but ${others.length + 1}.`);
        return processesOf(uid, kubernetes);
      },
      folder,
      died,
      signal,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What has to be there, and what to do where it is not. */
const parts = [
  {
    asked: ['version', '--request-timeout=10s'],
    advice:
      'No Kubernetes answers kubectl: start one (docs/kind.md), and name it in KUBECONFIG or by kubectl config use-context',
  },
  {
    asked: ['get', 'crd', 'scaledobjects.keda.sh'],
    advice: 'KEDA is not in this Kubernetes: install it as docs/kubernetes.md says',
  },
] as const;

async function requireParts(signal: AbortSignal): Promise<void> {
  for (const { asked, advice } of parts) {
    const said = await runProgram('kubectl', asked, undefined, signal);
    if (!said.ok) throw new Error(`${advice}. kubectl says: ${said.text.trim().split('\n').at(-1) ?? ''}`);
  }
}

/** Why pods wait, such as for an image that was never loaded. */
async function why({ run }: Kubernetes): Promise<string> {
  return (await run('kubectl', ['get', 'pods', '-n', releaseNamespace])).text.trim();
}

/** Also where the run was ended, so not by its signal. ScaledObjects have a finalizer, so the release goes first. */
async function removeAll(): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  const uninstall = [
    'uninstall',
    releaseName,
    '-n',
    releaseNamespace,
    '--ignore-not-found',
    '--wait',
    '--timeout',
    '60s',
  ];
  await runProgram('helm', uninstall, undefined, signal);
  const namespaces = [releaseNamespace, neighboursNamespace];
  await runProgram('kubectl', ['delete', 'namespace', ...namespaces, '--ignore-not-found'], undefined, signal);
}

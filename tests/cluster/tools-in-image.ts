import { releaseNamespace } from './release.ts';
import type { World } from './world.ts';

/** What an intruder would look for first. A path each: there is no shell that would search for them. */
const tools = [
  '/bin/sh',
  '/bin/bash',
  '/bin/busybox',
  '/usr/bin/apt-get',
  '/usr/bin/dpkg',
  '/sbin/apk',
  '/usr/local/bin/npm',
];

/**
 * The tools that can be started in a pod of the component. Node stands in the same image and must start, or nothing would be
 * known of the others.
 */
export async function toolsIn({ fleet, kubernetes }: World, component: string): Promise<readonly string[]> {
  const pod = fleet.pods().find((each) => each.isAlive && each.component === component);
  if (pod === undefined) throw new Error(`No ${component} is alive`);
  const starts = async (program: string) => {
    const args = ['exec', pod.name, '--namespace', releaseNamespace, '--', program, '--version'];
    return (await kubernetes.run('kubectl', args)).ok;
  };
  if (!(await starts('/nodejs/bin/node'))) throw new Error(`Nothing can be started in ${pod.name}`);
  const found = await Promise.all(tools.map(async (tool) => ((await starts(tool)) ? [tool] : [])));
  return found.flat();
}

import { parse } from 'yaml';
import { z } from 'zod';
import { sectionOf, type Section } from './changelog.ts';

/** The texts that name the version of a release. */
export interface Named {
  readonly packageJson: string;
  readonly packageLock: string;
  readonly chart: string;
  readonly changelog: string;
}

export type Version =
  | { readonly ok: true; readonly version: string; readonly isPrerelease: boolean; readonly notes: string }
  | { readonly ok: false; readonly faults: readonly string[] };

/** `v` and a version of SemVer, without metadata: a tag of an image may hold no plus. */
const tagPattern =
  /^v((?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}(?:-((?:0|[1-9]\d{0,8}|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d{0,8}|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?)$/;

/** A tag of an image has 128 characters. */
const longestTag = 128;

const manifest = z.object({ version: z.string() });
const lockfile = z.object({ version: z.string(), packages: z.object({ '': manifest }) });
const chartFile = z.object({ version: z.string(), appVersion: z.string() });

/** The version that a tag releases, if everything in the repository names the same one. */
export function versionOf(tag: string, named: Named): Version {
  const [, version, prerelease] = tagPattern.exec(tag.slice(0, longestTag + 1)) ?? [];
  if (version === undefined || tag.length > longestTag)
    return { ok: false, faults: [`The tag is ${JSON.stringify(tag)}: name it v1.2.3, or v1.2.3-rc.1`] };
  const lock = lockfile.parse(JSON.parse(named.packageLock));
  const chart = chartFile.parse(parse(named.chart));
  const said: Readonly<Record<string, string>> = {
    'package.json': manifest.parse(JSON.parse(named.packageJson)).version,
    'package-lock.json': lock.version,
    'package-lock.json, packages': lock.packages[''].version,
    'Chart.yaml, version': chart.version,
    'Chart.yaml, appVersion': chart.appVersion,
  };
  const faults = Object.entries(said)
    .filter(([, each]) => each !== version)
    .map(([place, each]) => `${place} says ${each}, and the tag ${version}`);
  const section = sectionOf(named.changelog, version);
  if (section.kind !== 'released') faults.push(`CHANGELOG.md ${faultOf(section, version)}`);
  if (section.kind !== 'released' || faults.length > 0) return { ok: false, faults };
  return { ok: true, version, isPrerelease: prerelease !== undefined, notes: section.notes };
}

function faultOf(section: Exclude<Section, { kind: 'released' }>, version: string): string {
  switch (section.kind) {
    case 'missing':
      return `has no section of ${version}: write "## ${version}, DATE"`;
    case 'unreleased':
      return `says that ${version} is unreleased: write its date`;
    case 'repeated':
      return `has ${section.times} sections of ${version}: keep one`;
    case 'empty':
      return `has nothing in the section of ${version}: say what is new`;
    case 'misdated':
      return `says "${section.said}" of ${version}: write a date, as 2027-01-31`;
    default:
      return section satisfies never;
  }
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object, as far as tests look at it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** Of another form in each kind: whoever looks says which. */
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

export const chart = 'charts/event-gateway';

const run = promisify(execFile);

/** What `helm template` makes of the chart; rejects with what it says where it fails. */
export async function renderText(valuesFiles: readonly string[], more: readonly string[] = []): Promise<string> {
  const files = valuesFiles.flatMap((file) => ['--values', file]);
  const args = ['template', 'egw', chart, '--namespace', 'events', '--kube-version', '1.34.0', ...files, ...more];
  const { stdout } = await run('helm', args, { maxBuffer: 16_777_216 });
  return stdout;
}

export async function render(
  valuesFiles: readonly string[],
  more: readonly string[] = [],
): Promise<readonly Manifest[]> {
  const documents = parseAllDocuments(await renderText(valuesFiles, more));
  return documents.flatMap((document) => {
    const manifest = (document as { toJS: () => unknown }).toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { files, inlineCode, readDocument } from './document.ts';

// What was released stays as it was called then.
const documents = files.filter((file) => file !== 'CHANGELOG.md').map(readDocument);
const metrics = readFileSync('docs/metrics.md', 'utf8');
const rules = readFileSync('charts/event-gateway/files/rules.yaml', 'utf8');
const folders = 'apps|bench|charts|docs|infrastructure|k8s|observability|supply|tests';

/** What a name in a document stands for: histograms have three series each. */
const metricOf = (series: string) => series.replace(/_(bucket|sum|count)$/, '');

describe('names in documents', () => {
  it('of metrics are those of the metrics page', () => {
    const named = documents.flatMap(({ file, prose, blocks }) =>
      [prose, ...blocks.map(({ text }) => text)].flatMap((text) =>
        [...text.matchAll(/\b(?:[a-z_]+:)?eventgw_[a-z0-9_]+[a-z0-9](?::[a-z0-9_]+)?/g)].map(([series]) => ({
          file,
          series,
        })),
      ),
    );
    const isThere = (series: string) =>
      series.includes(':')
        ? rules.includes(`record: ${series}\n`)
        : metrics.includes(`\`${series}\``) || metrics.includes(`\`${metricOf(series)}\``);
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ series }) => !isThere(series))).toEqual([]);
  });

  it('of alerts are those that have a runbook', () => {
    const named = documents.flatMap(({ file, prose }) =>
      [...prose.matchAll(/\bEventGateway[A-Z]\w+/g)].map(([alert]) => ({ file, alert })),
    );
    expect(named.filter(({ alert }) => !existsSync(`docs/runbooks/${alert}.md`))).toEqual([]);
  });

  it.each(documents.map((document) => [document.file, document] as const))(
    'of files in %s are there',
    (_, document) => {
      const paths = inlineCode(document).filter((code) => new RegExp(`^(${folders})/[\\w./*{},-]+$`).test(code));
      expect(paths.filter((path) => !existsSync(path) && globSync(path).length === 0)).toEqual([]);
    },
  );
});

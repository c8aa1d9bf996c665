import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseYaml } from 'yaml';
import { describeReport, makeReport, noFacts } from '../apps/local/report.ts';
import { refusals } from '../apps/receiver/refuse.ts';
import { readGatewayConfig } from '../apps/shared/config.ts';
import { tracingEnvironment } from '../apps/shared/export-traces.ts';
import { tracing } from '../apps/shared/observe-config.ts';
import { clientTls, targetAuth } from '../apps/shared/target-auth-config.ts';
import { removals } from './conformance/delivery/guards.ts';
import { scenarios } from './cluster/scenarios/all.ts';
import { rows } from './conformance/delivery/rows/all.ts';
import { gatewayJsonSchema } from '../apps/shared/gateway-schema.ts';

const readme = readFileSync('README.md', 'utf8');
const schema = JSON.parse(gatewayJsonSchema()) as object;
const tableAfter = (marker: string, text = readme) =>
  (text.split(marker)[1] ?? '')
    .trimStart()
    .split('\n\n')[0]
    ?.split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ) ?? [];

describe('README', () => {
  it('lists every refusal as the code has it, and no other', () => {
    expect(tableAfter('<!-- refusals -->')).toEqual(
      Object.entries(refusals).map(([code, { status, when, retry }]) => [
        `\`${code}\``,
        String(status),
        when,
        retry ? 'yes' : 'no',
      ]),
    );
  });

  it('shows a configuration that can be used', () => {
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(readGatewayConfig(yaml)).toMatchObject({ ok: true });
    const validate = new Ajv2020({ strict: false, formats: { uri: true } }).compile(schema);
    validate(parseYaml(yaml));
    expect(validate.errors).toBeNull();
  });

  it('shows each credential of a target as it may be written', () => {
    const [, shown = ''] = /```text\n(auth: [\s\S]*?)```/.exec(readme) ?? [];
    const kinds = shown.trimEnd().split('\n');
    for (const kind of kinds) {
      const { auth, tls } = parseYaml(kind) as { readonly auth?: unknown; readonly tls?: unknown };
      const read = tls === undefined ? targetAuth.safeParse(auth) : clientTls.safeParse(tls);
      expect(read.error).toBeUndefined();
    }
    expect(kinds).toHaveLength(targetAuth.options.length + 1);
  });

  it('shows the summary of npm start as it is', () => {
    const [, shown = ''] = /```text\n([\s\S]*?)```/.exec(readme) ?? [];
    const report = makeReport({ ...noFacts, acknowledgedMs: [32.9], elapsedMs: 102_400 });
    const figures = { ...report, accepted: 500, delivered: 500, worst_second: 5, limit: 5, utilisation: 0.98 };
    const said = describeReport({ ...figures, ack_p99_ms: 151.3 }, 0).join('\n');
    expect(shown.trimEnd()).toBe(said);
  });

  it('points editors to the schema of the configuration that is in force; npm run schema writes it', () => {
    expect(readFileSync('docs/gateway.schema.json', 'utf8')).toBe(gatewayJsonSchema());
  });

  it('lists every command that there is', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const listed = tableAfter('## Commands').map(([command = '']) => /npm (?:run )?([\w:]+)/.exec(command)?.[1]);
    expect(listed.toSorted()).toEqual(Object.keys(scripts).toSorted());
  });

  it('lists every variable that the apps read', () => {
    const listed = tableAfter('says where SQS is')
      .concat(tableAfter('`{ env: NAME }` or `{ file: path }`.'))
      .concat([...readme.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = '']) => [name]));
    const read = ['receiver', 'dispatcher'].flatMap((app) =>
      [...readFileSync(`apps/${app}/config.ts`, 'utf8').matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name),
    );
    expect(new Set(listed.map(([name]) => name).filter((name) => /^[A-Z_]+$/.test(name ?? '')))).toEqual(new Set(read));
  });
});

describe('docs/delivery.md', () => {
  it('tells each row of the matrix, and each guard, as the code has them', () => {
    const text = readFileSync('docs/delivery.md', 'utf8');
    const matrix = tableAfter('<!-- matrix -->', text).map(([number, name, fault]) => ({
      number: Number(number),
      name,
      fault,
    }));
    expect(matrix).toEqual(rows.map(({ number, name, fault }) => ({ number, name, fault })));
    const guards = tableAfter('<!-- guards -->', text).map(([guard, row]) => ({ guard, row }));
    expect(guards).toEqual(removals.map(({ guard, noticedBy }) => ({ guard, row: noticedBy })));
  });
});

describe('docs/observability.md', () => {
  const text = readFileSync('docs/observability.md', 'utf8');

  it('lists each variable of OpenTelemetry that is looked at', () => {
    const listed = tableAfter('until somebody takes them:', text).flatMap(([names = '']) => names.split(', '));
    const read = Object.keys(tracingEnvironment).map((name) => `\`${name}\``);
    expect([...listed, '`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`'].toSorted()).toEqual(read.toSorted());
  });

  it('shows settings that can be used', () => {
    const [, yaml = ''] = /```yaml\n(tracing:[\s\S]*?)```/.exec(text) ?? [];
    expect(tracing.safeParse((parseYaml(yaml) as { tracing: unknown }).tracing).success).toBe(true);
  });
});

describe('docs/kubernetes.md', () => {
  it('tells each scenario as the code has it', () => {
    const text = readFileSync('docs/kubernetes.md', 'utf8');
    const told = tableAfter('<!-- scenarios -->', text).map(([name, does]) => ({
      name: name?.replaceAll('`', ''),
      does,
    }));
    expect(told).toEqual(scenarios.map(({ name, does }) => ({ name, does })));
  });
});

describe('the chart', () => {
  it('knows of a target what gateway.yaml knows, and what is Kubernetes’ besides', () => {
    interface Schema {
      readonly properties: { readonly targets: { readonly additionalProperties: { readonly properties: object } } };
    }
    const propertiesOf = (text: string) =>
      (JSON.parse(text) as Schema).properties.targets.additionalProperties.properties;
    const { dispatcher, existingSecret, ...same } = propertiesOf(
      readFileSync('charts/event-gateway/values.schema.json', 'utf8'),
    ) as Record<string, unknown>;
    expect([dispatcher, existingSecret]).not.toContain(undefined);
    expect(same).toEqual(propertiesOf(gatewayJsonSchema()));
  });
});

describe('links', () => {
  it.each(globSync('{*.md,docs/**/*.md}'))('of %s lead somewhere', (file) => {
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(dirname(file), link)));
    expect(broken).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseYaml } from 'yaml';
import { costs } from '../apps/cli/costs.ts';
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

describe('docs/capacity.md', () => {
  const text = readFileSync('docs/capacity.md', 'utf8');

  it('shows what the command says', () => {
    const examples = [...text.matchAll(/```sh\nnpm run --silent egw -- (.*)\n```\n\n```text\n([\s\S]*?)```/g)];
    for (const [, args = '', shown] of examples) {
      const said = execFileSync(process.execPath, ['apps/cli/main.ts', ...args.split(' ')], {
        encoding: 'utf8',
        env: {},
      });
      expect(said).toBe(shown);
    }
    expect(examples).toHaveLength(4);
  });

  it('lists each cost as the model has it, and names no other in a formula', () => {
    const listed = tableAfter('<!-- costs -->', text);
    expect(listed).toEqual(
      Object.entries(costs).map(([name, { value, unit, origin }]) => [`\`${name}\``, String(value), unit, origin]),
    );
    const formulas = tableAfter('`per` is a window of the limit.', text).flatMap(([, is = '']) =>
      [...is.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(formulas.filter((name) => !Object.hasOwn(costs, name ?? ''))).toEqual([]);
    const unnamed = Object.keys(costs).filter((name) => !formulas.includes(name));
    expect(unnamed).toEqual(['priceFrom100', 'priceFrom200']);
  });

  it('plans with figures of the model', () => {
    const value = (name: keyof typeof costs) => costs[name].value;
    const perEvent = value('ledgerBytes') * value('ledgerDays') * 86_400;
    const looks = 1_000 / value('kedaSeconds') + 1_000 / value('hpaSeconds');
    const aMonth = (perSecond: number) => (perSecond * 30 * 86_400 * value('price')) / 1e6;
    const eventUs = value('throttleUs') + value('ledgerUs');
    const lookedUp = 2_000 / value('lookSeconds');
    const cores = (100_000 * (value('dispatcherUs') + (value('dispatcherKbUs') * (2_048 - 500)) / 1_024)) / 1e6;
    const many = (count: number) => Math.floor(count).toLocaleString('en-US');
    for (const figure of [
      `${Math.round(perEvent / 2 ** 20)} MiB of Redis for each event a second`,
      `a Redis of 32 GiB is full at ${Math.round(2 ** 35 / perEvent)} events a second`,
      `take ${((value('ledgerBytes') * 2 * 86_400 * 100_000) / 2 ** 40).toFixed(2)} TiB`,
      `${Math.round(looks)} requests a second to SQS, $${Math.round(aMonth(looks))} a month`,
      `${eventUs} µs of Redis`,
      `full at ${many((value('podCore') * 1e6) / eventUs)} events a second`,
      `ends at ${many((value('podCore') * 1e6) / value('ledgerUs'))} deliveries a second`,
      `${value('throttleUs') / 10} cores at 100,000 a second`,
      `by CPU ${Math.ceil(cores / value('podCore'))} pods and not 1,000`,
      `${lookedUp} requests a second and $${Math.round(aMonth(lookedUp))} a month for each receiver`,
    ]) {
      expect(text).toContain(figure);
    }
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
  it.each(globSync('{*.md,docs/**/*.md,infrastructure/**/*.md}'))('of %s lead somewhere', (file) => {
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(dirname(file), link)));
    expect(broken).toEqual([]);
  });
});

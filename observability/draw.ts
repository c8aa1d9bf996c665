import {
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
  LegendDisplayMode,
  LegendPlacement,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  type Dashboard as GrafanaDashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as FigureBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Dashboard, Panel, Query } from './panel.ts';

/** Grafana's grid is 24 wide. */
const figure = { width: 4, height: 4 } as const;
const lines = { width: 8, height: 8 } as const;

const datasource = { type: 'prometheus', uid: '${datasource}' };

/** The chart puts the address of the runbooks in its place. */
export const runbooksPlace = '__RUNBOOKS__';

/** A dashboard as Grafana 10 to 13 loads it from a file or a ConfigMap, which takes no newer form than the classic one. */
/* eslint-disable @typescript-eslint/no-deprecated -- the newer form is for Grafana's API and operator alone */
export function draw(dashboard: Dashboard): GrafanaDashboard {
  const builder = new DashboardBuilder(dashboard.title)
    .uid(`event-gateway-${dashboard.id}`)
    .description(dashboard.says)
    .tags(['event-gateway'])
    .readonly()
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Event Gateway')
        .type(DashboardLinkType.Dashboards)
        .tags(['event-gateway'])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    )
    .link(new DashboardLinkBuilder('Runbooks').type(DashboardLinkType.Link).url(runbooksPlace).targetBlank(true))
    .link(new DashboardLinkBuilder('Traces').type(DashboardLinkType.Link).url('/explore').targetBlank(true))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data Source').type('prometheus'))
    .withVariable(choice('namespace', 'label_values(eventgw_build_info, namespace)'));
  if (dashboard.hasTarget) {
    builder.withVariable(
      choice('target', 'label_values(eventgw_limit_calls_per_second{namespace=~"$namespace"}, target)'),
    );
  }
  for (const { title, panels } of dashboard.rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel.kind === 'figure' ? drawFigure(panel) : drawLines(panel));
  }
  return builder.build();
}
/* eslint-enable @typescript-eslint/no-deprecated */

function choice(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(name)
    .datasource(datasource)
    .query(query)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .refresh(VariableRefresh.OnTimeRangeChanged);
}

function queryOf({ expr, legend }: Query, { exemplars }: Panel, at: number): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .datasource(datasource)
    .expr(expr)
    .legendFormat(legend)
    .refId(String.fromCharCode(65 + at));
  return exemplars === true ? query.exemplar(true) : query;
}

function drawFigure(panel: Panel): FigureBuilder {
  const { warn, bad } = panel.bounds ?? { warn: undefined, bad: undefined };
  const builder = new FigureBuilder()
    .title(panel.title)
    .description(panel.description)
    .datasource(datasource)
    .unit(panel.unit)
    .span(figure.width)
    .height(figure.height)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets(panel.queries.map((query, at) => queryOf(query, panel, at).instant()));
  if (warn === undefined) return builder;
  return builder.thresholds(
    new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
      { value: null, color: 'green' },
      { value: warn, color: 'orange' },
      { value: bad, color: 'red' },
    ]),
  );
}

function drawLines(panel: Panel): LinesBuilder {
  return new LinesBuilder()
    .title(panel.title)
    .description(panel.description)
    .datasource(datasource)
    .unit(panel.unit)
    .min(0)
    .span(lines.width)
    .height(lines.height)
    .lineWidth(1)
    .fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .targets(panel.queries.map((query, at) => queryOf(query, panel, at)));
}

import { renderMermaidSVG } from 'beautiful-mermaid';

/** Of text and lines on white: pictures look alike wherever they are shown, also where nothing knows CSS variables. */
const colours: Readonly<Record<string, string>> = {
  '--bg': '#ffffff',
  '--_text': '#1f2328',
  '--_text-sec': '#57606a',
  '--_text-muted': '#57606a',
  '--_text-faint': '#8c959f',
  '--_line': '#6e7781',
  '--_arrow': '#0969da',
  '--_node-fill': '#f6f8fa',
  '--_node-stroke': '#8c959f',
  '--_group-fill': '#ffffff',
  '--_group-hdr': '#eaeef2',
  '--_inner-stroke': '#d0d7de',
};

/**
 * Draws Mermaid source as SVG, the same for the same source. A picture loads nothing: fonts are those of whoever looks, so
 * the renderer's import of a web font and its style sheet are left out. Throws where the source is none, or asks for a
 * colour that is not in the table.
 */
export function drawDiagram(source: string): string {
  const drawn = renderMermaidSVG(source, { font: 'sans-serif', padding: 16 });
  const plain = drawn
    .replace(/<style>[\s\S]*?<\/style>/, '<style>text { font-family: Inter, Helvetica, Arial, sans-serif; }</style>')
    // It would turn the heads of arrows that point both ways round, and some viewers do not know it.
    .replaceAll('auto-start-reverse', 'auto')
    .replace(/style="--bg:[^"]*"/, `style="background:${colours['--bg'] ?? ''}" role="img"`)
    .replaceAll(/var\((--[\w-]+)\)/g, (whole, name: string) => colours[name] ?? whole)
    // Fonts differ by a tenth in width, and the box of a label is as wide as one of them.
    .replaceAll('font-size="11"', 'font-size="10"')
    // What is left of sums of floating-point numbers tells nobody anything, and makes changes hard to read.
    .replaceAll(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))));
  const unknown = /var\([^)]*\)/.exec(plain);
  if (unknown !== null) throw new Error(`No colour for ${unknown[0]}: add it to the table in docs/draw-diagram.ts`);
  return `${plain.trimEnd()}\n`;
}

import { isBuiltin } from 'node:module';
import { build, type Plugin } from 'esbuild-wasm';

/** What the images hold, by the names that the files get. */
export const programs = {
  receiver: 'apps/receiver/main.ts',
  dispatcher: 'apps/dispatcher/main.ts',
  egw: 'apps/cli/main.ts',
} as const;

export type ProgramName = keyof typeof programs;

/**
 * Of a built-in module that is imported, Node reads every export at once, lazy ones too: `node:http` loads a whole `fetch`,
 * a sixth of the start. Of one that is required it reads what is used.
 */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup(bundler) {
    bundler.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/** Of undici its connections alone: the package as a whole loads `fetch`, sockets, caches and mocks, a tenth of the start. */
const connectionsOfUndici: Plugin = {
  name: 'connections-of-undici',
  setup(bundler) {
    bundler.onResolve({ filter: /^undici$/ }, ({ path, importer }) =>
      importer.includes('node_modules') ? undefined : { path, namespace: 'connections' },
    );
    bundler.onLoad({ filter: /./, namespace: 'connections' }, () => ({
      contents: `
        export { default as Client } from 'undici/lib/dispatcher/client.js';
        export { default as Pool } from 'undici/lib/dispatcher/pool.js';
        export { default as buildConnector } from 'undici/lib/core/connect.js';`,
      resolveDir: '.',
    }));
  },
};

/** What packages load at once and we never call, by the file that asks for it: a push of metrics, and HTTP/2. */
const neverCalled: Plugin = {
  name: 'never-called',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/(lib\/pushgateway|client-h2\.js)$/ }, ({ path, importer }) =>
      /node_modules\/(prom-client|undici)\//.test(importer) ? { path, namespace: 'never-called' } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: 'never-called' }, () => ({ contents: 'module.exports = undefined' }));
  },
};

export interface Bundled {
  /** Of each package that anything in the files comes from, as `node_modules/@a/b`. */
  readonly packages: readonly string[];
  readonly bytes: number;
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` is of `node_modules/a/node_modules/@b/c`. */
const packageOf = (file: string) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];

/**
 * Puts programs into one file each, beside what they share and what is loaded later, in the folder `into`, or nowhere. Why:
 * docs/decisions/0026. Rejects where the bundler warns.
 */
export async function bundle(names: readonly ProgramName[], into: string | undefined): Promise<Bundled> {
  const { metafile, warnings } = await build({
    entryPoints: {
      ...Object.fromEntries(names.map((name) => [name, programs[name]])),
      'early-end': 'apps/shared/early-end.ts',
    },
    outdir: into ?? 'dist',
    write: into !== undefined,
    // Beside the programs, as what looks for a file of ours looks beside itself.
    chunkNames: '[name]-[hash]',
    bundle: true,
    // Asked for by `debug`, which does without it; no package that we hand on has it.
    external: ['supports-color'],
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Names stay, so that a stack trace can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Packages that hold both forms: of modules the bundler leaves out what nobody uses.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    plugins: [requireBuiltins, connectionsOfUndici, neverCalled],
    banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error('The bundler warns: see above');
  // What the bundler left out of every file is not in the images either.
  const held = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  return {
    packages: [...new Set(held.flatMap((file) => packageOf(file) ?? []))].sort(),
    bytes: Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

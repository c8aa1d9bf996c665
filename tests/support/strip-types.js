import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/**
 * Tests run what production runs: Node's own type stripping, not a second compiler. It keeps every line and column,
 * so stack traces and coverage need no source map.
 */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
  getCacheKey: (source, path, { configString }) =>
    createHash('sha256').update(process.version).update(configString).update(path).update(source).digest('hex'),
};

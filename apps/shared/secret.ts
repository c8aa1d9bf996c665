import { inspect } from 'node:util';

/**
 * A secret that cannot be printed by accident: in a log line, a template or `console.log` it reads `[secret]`. Only what hands it
 * to the outside asks for its value.
 */
export interface Secret {
  readonly reveal: () => string;
  readonly toString: () => string;
  readonly toJSON: () => string;
}

const shown = () => '[secret]';

export function hide(value: string): Secret {
  return Object.defineProperty({ reveal: () => value, toString: shown, toJSON: shown }, inspect.custom, {
    value: shown,
  });
}

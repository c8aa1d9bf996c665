import jsonata from 'jsonata';

export type Evaluated = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly code: string };

/** An expression of the configuration, ready to be used. */
export type Expression = (value: unknown) => Promise<Evaluated>;

/** The only door to JSONata; throws a sentence where the text is none. */
export function compile(text: string): Expression {
  const expression = read(text);
  return async (value) => {
    try {
      return { ok: true, value: await expression.evaluate(value) };
    } catch (error) {
      // Its messages quote values: only the code is told.
      return {
        ok: false,
        code: typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown',
      };
    }
  };
}

function read(text: string): jsonata.Expression {
  try {
    return jsonata(text);
  } catch (error) {
    const why =
      typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
    throw new Error(`is not JSONata: ${why}`, { cause: error });
  }
}

import fc from 'fast-check';

/** Texts that mean something to somebody on their way: a parser, a shell, a terminal, a log, a prototype. */
const loaded = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  '\u0000',
  '\u001b[2J\u001b[1;1H',
  '\u001b]0;owned\u0007',
  '\u009b31m',
  '\u202egnp.exe',
  '\u2028',
  '\ufeff',
  '\uffff',
  '\ud800',
  "' OR 1=1 --",
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '"}],"data":{"x":"',
  '\r\nX-Injected: yes',
  '\n{"level":"error","msg":"forged"}',
  'NaN',
  '-0',
  '1e999',
  'İ',
  'ß'.repeat(50),
  'a\u0301'.repeat(50),
  '👩‍👩‍👧‍👦',
] as const;

/** Any text, and one that is loaded more often than chance would have it. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...loaded) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...loaded), fc.nat(40)).map(([text, times]) => text.repeat(times)) },
);

/** Lengths on both sides of every bound that there is, up to the largest body. */
export const hostileLength: fc.Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 1, 63, 64, 255, 256, 257, 1_023, 1_024, 1_025, 2_048, 8_191, 8_192) },
  { weight: 4, arbitrary: fc.integer({ min: 8_193, max: 20_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(65_536, 262_144, 1_032_192, 1_048_576, 1_114_112, 1_114_113) },
);

/** Any JSON value, with members that an object has by itself. */
export const hostileValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1e21, 0.1, Number.MAX_SAFE_INTEGER),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    hostileText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(hostileText, tie('value')), { maxLength: 4 }).map(objectOf),
  ),
})).value;

/** An object with these members, whatever they are called. */
export function objectOf(members: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [name, value] of members)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

/** JSON by its source text: numbers and names that no value of JavaScript is written as. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: hostileValue.map((value) => JSON.stringify(value)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '1e400',
      '-1e-400',
      '0.1e+0000000000001',
      '9'.repeat(400),
      `0.${'0'.repeat(400)}1`,
      '"\\ud800"',
      '"\\u0000"',
      '{"a":1,"a":2,"\\u0061":3}',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
      '[[[[[[[[]]]]]]]]',
    ),
  },
);

/** Attributes that every CloudEvent of ours has. */
export const ownNames = ['specversion', 'id', 'source', 'type', 'time'] as const;

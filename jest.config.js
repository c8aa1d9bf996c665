/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/tests/support/environment.js',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/strip-types.js' },
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['apps/**/*.ts'],
  // A hung neighbour must fail its own test, not the run; whole trips at 5 calls a second take up to a minute.
  testTimeout: 60_000,
};

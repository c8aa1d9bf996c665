import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/tests/support/environment.js',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  // They need helm, or a redis-server and openssl: npm run test:charts, npm run test:redis.
  testPathIgnorePatterns: ['<rootDir>/tests/charts/', '<rootDir>/tests/redis/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/tests/support/strip-types.js' },
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['apps/**/*.ts'],
  // Whole trips mostly wait: on two cores, where jest would run one file at a time, three take little more than one.
  maxWorkers: Math.max(3, availableParallelism() - 1),
  // A hung neighbour must fail its own test, not the run; whole trips at 5 calls a second take up to a minute.
  testTimeout: 60_000,
};

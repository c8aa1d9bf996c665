import type { Scenario } from '../scenario.ts';
import { answerScenarios } from './answers.ts';
import { podScenarios } from './pods.ts';
import { redisScenarios } from './redis.ts';
import { shareScenarios } from './share.ts';
import { steadyScenarios } from './steady.ts';
import { windowScenarios } from './windows.ts';

export const scenarios: readonly Scenario[] = [
  ...steadyScenarios,
  ...podScenarios,
  ...redisScenarios,
  ...answerScenarios,
  ...windowScenarios,
  ...shareScenarios,
];

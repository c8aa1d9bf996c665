import { EventEmitter } from 'node:events';
import { QueueDoesNotExist } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { queueFault } from '../../apps/shared/advice.ts';
import { tellOutages } from '../../apps/shared/redis.ts';

const named = (name: string, more: object = {}) => Object.assign(new Error('what the library says'), { name, ...more });

describe('what is advised on a queue', () => {
  it.each([
    ['a name that nobody knows', named('Error', { code: 'ENOTFOUND' }), /correct the queue\.url/],
    ['a port where nothing listens', named('AggregateError', { code: 'ECONNREFUSED' }), /correct the queue\.url/],
    ['silence', named('TimeoutError'), /does not answer in time/],
    ['a queue that is not there', new QueueDoesNotExist({ message: '', $metadata: {} }), /create it/],
    ['a role that may not', named('AccessDeniedException'), /permissions that docs\/eks\.md lists/],
    ['a throttle', named('RequestThrottled'), /asked again by itself/],
    ['no role', named('CredentialsProviderError'), /no valid credentials/],
    ['what another error comes from', named('Error', { cause: named('ExpiredToken') }), /no valid credentials/],
  ])('fits %s', (_, error, advice) => {
    expect(queueFault(error).advice).toMatch(advice);
    expect(queueFault(error).error).not.toContain('what the library says');
  });

  it.each([
    ['a code that nobody knows', named('NeverHeardOf')],
    ['no error', undefined],
  ])('is nothing where nothing can be done: %s', (_, error) => {
    expect(queueFault(error).advice).toBeUndefined();
  });
});

describe('an outage of Redis', () => {
  it('is told at once, each minute, and when it is over, without its credentials', () => {
    const redis = new EventEmitter();
    const told: unknown[] = [];
    let nowMs = 0;
    const tell = (fields: unknown, msg: unknown) => void told.push([msg, fields]);
    tellOutages(redis, {
      url: 'rediss://user:secret@cache.example:6379',
      log: { info: tell, warn: tell },
      now: () => nowMs,
    });
    const fail = () => redis.emit('error', named('Error', { code: 'ENOTFOUND' }));
    redis.emit('ready');
    fail();
    nowMs = 59_999;
    fail();
    nowMs = 60_000;
    fail();
    redis.emit('ready');
    redis.emit('ready');
    fail();
    expect(told.map((line) => (line as [string])[0])).toEqual(['redis.gone', 'redis.gone', 'redis.back', 'redis.gone']);
    expect(JSON.stringify(told)).toContain('Redis at cache.example:6379 is not to be had');
    expect(JSON.stringify(told)).not.toContain('secret');
  });
});

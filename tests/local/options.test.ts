import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '../../apps/local/options.ts';

describe('options', () => {
  it('sends 500 events and stays, unless told how many', () => {
    const usual = { events: 500, ends: false, json: false, observe: false, port: 8080, debug: false };
    expect(parseOptions([], {})).toMatchObject({ kind: 'run', options: usual });
    const asked = { events: 10, ends: true, json: true, port: 0, redisUrl: 'redis://r', sqsEndpoint: undefined };
    const env = { PORT: '0', REDIS_URL: 'redis://r', AWS_ENDPOINT_URL_SQS: '' };
    expect(parseOptions(['--events', '10', '--json'], env)).toMatchObject({ kind: 'run', options: asked });
    expect(parseOptions(['--help'], {})).toEqual({ kind: 'help' });
  });

  it.each([
    [['--evnts', '5'], {}, /^Unknown option --evnts: there are --events N, --json, --observe and --help\.$/],
    [['-x'], {}, /^Unknown option -x: /],
    [['5'], {}, /^Unexpected argument 5: /],
    [['--events'], {}, /^--events needs a whole number from 1 to 100000: none is given\.$/],
    [['--events', '0'], {}, /^--events needs .*: it is "0"\.$/],
    [['--events=1e3'], {}, /^--events needs .*: it is "1e3"\.$/],
    [['--json=yes'], {}, /^--json takes no value, but was given yes\.$/],
    [[], { PORT: '80808' }, /^PORT needs a whole number from 0 to 65535: it is "80808"\.$/],
  ])('tells what is wrong with %j', (args, env, sentence) => {
    expect(parseOptions(args, env)).toEqual({ kind: 'fault', sentence: expect.stringMatching(sentence) });
  });
});

import { startLink, type Link } from '../support/link.ts';

/** The network between one pod and Redis. */
export interface RedisLink extends Omit<Link, 'port'> {
  readonly url: string;
}

/** No network of our own in between: what carries every packet takes its part of a small machine. */
export function directLink(url: string): RedisLink {
  const disturb = () => {
    throw new Error('This scenario does not say that it disturbs the network');
  };
  return {
    url,
    cut: disturb,
    freeze: disturb,
    delay: disturb,
    slice: disturb,
    loseReplies: disturb,
    mend: disturb,
    close: () => Promise.resolve(),
  };
}

export async function startRedisLink(redisPort: number): Promise<RedisLink> {
  const link = await startLink(redisPort);
  return { ...link, url: `redis://127.0.0.1:${link.port}` };
}

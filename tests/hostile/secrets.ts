import { randomBytes } from 'node:crypto';

/** What the gateway is given in confidence. */
export interface Secrets {
  /** Stands in every payload that is sent, and in every secret that may be any text. */
  readonly marker: string;
  readonly webhooks: Readonly<Record<'github' | 'standard' | 'stripe' | 'shopify', string>>;
  /** Variables that hold them, by the names that the configuration has. */
  readonly env: Readonly<Record<string, string>>;
  /** What no log, metric, span or answer may hold. */
  readonly texts: readonly string[];
}

/** How every JSON Web Token begins: the base64url of `{"alg`. */
const tokenStart = Buffer.from('{"alg').toString('base64url').slice(0, 6);

export function makeSecrets(more: readonly string[]): Secrets {
  const marker = `planted-${randomBytes(6).toString('hex')}`;
  const standard = randomBytes(24).toString('base64');
  const webhooks = {
    github: `${marker}-github`,
    standard: `whsec_${standard}`,
    stripe: `${marker}-stripe`,
    shopify: `${marker}-shopify`,
  };
  return {
    marker,
    webhooks,
    env: {
      GITHUB_SECRET: webhooks.github,
      STANDARD_SECRET: webhooks.standard,
      STRIPE_SECRET: webhooks.stripe,
      SHOPIFY_SECRET: webhooks.shopify,
      TARGET_TOKEN: `${marker}-target`,
      AWS_SECRET_ACCESS_KEY: `${marker}-aws`,
    },
    texts: [marker, standard, tokenStart, ...more],
  };
}

import { apolloRouter } from './apollo-router.ts';
import { apolloServer } from './apollo-server.ts';
import { appsync } from './appsync.ts';
import { awsEdge } from './aws-edge.ts';
import { cloudflare } from './cloudflare.ts';
import { directus } from './directus.ts';
import { envoy } from './envoy.ts';
import { github } from './github.ts';
import { githubLimits } from './github-limits.ts';
import { graphqlOverHttp } from './graphql-over-http.ts';
import { hasura } from './hasura.ts';
import { javaAndNet } from './java-and-net.ts';
import { linear } from './linear.ts';
import { lyingBodies } from './lying-bodies.ts';
import { lyingErrors } from './lying-errors.ts';
import { monday } from './monday.ts';
import { nginx } from './nginx.ts';
import { otherLimits } from './other-limits.ts';
import { otherServers } from './other-servers.ts';
import { shopify } from './shopify.ts';
import type { LabelledAnswer } from './labelled-answer.ts';

/** The answers that the rules were written by. */
export const open: Readonly<Record<string, readonly LabelledAnswer[]>> = {
  apolloRouter,
  apolloServer,
  appsync,
  awsEdge,
  cloudflare,
  directus,
  envoy,
  github,
  githubLimits,
  graphqlOverHttp,
  hasura,
  javaAndNet,
  linear,
  lyingBodies,
  lyingErrors,
  monday,
  nginx,
  otherLimits,
  otherServers,
  shopify,
};

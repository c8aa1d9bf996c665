import { apolloRouter } from './apollo-router.ts';
import { apolloServer } from './apollo-server.ts';
import { appsync } from './appsync.ts';
import { awsEdge } from './aws-edge.ts';
import { azure } from './azure.ts';
import { braintree } from './braintree.ts';
import { cloudflare } from './cloudflare.ts';
import { commercetools } from './commercetools.ts';
import { contentful } from './contentful.ts';
import { directus } from './directus.ts';
import { envoy } from './envoy.ts';
import { github } from './github.ts';
import { grafbase } from './grafbase.ts';
import { graphqlOverHttp } from './graphql-over-http.ts';
import { hasura } from './hasura.ts';
import { javaAndNet } from './java-and-net.ts';
import { kong } from './kong.ts';
import { laterCodes } from './later-codes.ts';
import { laterOthers } from './later-others.ts';
import { linear } from './linear.ts';
import { lyingBodies } from './lying-bodies.ts';
import { lyingErrors } from './lying-errors.ts';
import { monday } from './monday.ts';
import { nginx } from './nginx.ts';
import { otherLimits } from './other-limits.ts';
import { otherServers } from './other-servers.ts';
import { saleor } from './saleor.ts';
import { shopify } from './shopify.ts';
import type { LabelledAnswer } from '../labelled-answer.ts';

/**
 * Labelled by their sources before the rules were written, and not looked at until these were measured: then 127 of 138
 * were right (116 without the codes that no open answer has), and no throttle was taken for a success. `later` was
 * collected when the rules stood, and 33 of 38 were right. What was wrong with the rules was mended after each.
 */
export const heldOut: Readonly<Record<string, readonly LabelledAnswer[]>> = {
  apolloRouter,
  apolloServer,
  appsync,
  awsEdge,
  azure,
  braintree,
  cloudflare,
  commercetools,
  contentful,
  directus,
  envoy,
  github,
  grafbase,
  graphqlOverHttp,
  hasura,
  javaAndNet,
  kong,
  laterCodes,
  laterOthers,
  linear,
  lyingBodies,
  lyingErrors,
  monday,
  nginx,
  otherLimits,
  otherServers,
  saleor,
  shopify,
};

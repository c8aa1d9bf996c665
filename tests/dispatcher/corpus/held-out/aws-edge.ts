import type { LabelledAnswer } from '../labelled-answer.ts';

export const awsEdge: readonly LabelledAnswer[] = [
  {
    source: 'reconstructed from docs.aws.amazon.com CloudFront troubleshooting, 403',
    status: 403,
    headers: { server: 'CloudFront', 'x-cache': 'Error from cloudfront', 'content-type': 'text/html' },
    body: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">\n<TITLE>ERROR: The request could not be satisfied</TITLE>\n</HEAD><BODY>\n<H1>403 ERROR</H1>\n<H2>The request could not be satisfied.</H2>\nRequest blocked.\n</BODY></HTML>',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'reconstructed from docs.aws.amazon.com CloudFront troubleshooting, 504',
    status: 504,
    headers: { server: 'CloudFront', 'x-cache': 'Error from cloudfront', 'content-type': 'text/html' },
    body: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">\n<TITLE>ERROR: The request could not be satisfied</TITLE>\n</HEAD><BODY>\n<H1>504 ERROR</H1>\n<H2>The request could not be satisfied.</H2>\nWe can\'t connect to the server for this app or website at this time. There might be too much traffic or a configuration error.\n</BODY></HTML>',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source:
      'reconstructed from docs.aws.amazon.com API Gateway gateway responses, 502 Internal server error (aws.amazon.com api-gateway-429-limit)',
    status: 502,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'InternalServerErrorException' },
    body: '{"message":"Internal server error"}',
    field: 'deliver',
    expected: 'unavailable',
  },
];

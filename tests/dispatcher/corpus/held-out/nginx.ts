import type { LabelledAnswer } from '../labelled-answer.ts';

export const nginx: readonly LabelledAnswer[] = [
  {
    source: 'reconstructed from nginx ngx_http_special_response.c, 502',
    status: 502,
    headers: { server: 'nginx', 'content-type': 'text/html' },
    body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
    field: 'deliver',
    expected: 'unavailable',
  },
  {
    source: 'reconstructed from nginx ngx_http_special_response.c, 403',
    status: 403,
    headers: { server: 'nginx', 'content-type': 'text/html' },
    body: '<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'reconstructed from nginx ngx_http_special_response.c, 404',
    status: 404,
    headers: { server: 'nginx', 'content-type': 'text/html' },
    body: '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
    field: 'deliver',
    expected: 'refused',
  },
  {
    source: 'reconstructed from nginx limit_req with limit_req_status 429',
    status: 429,
    headers: { server: 'nginx', 'content-type': 'text/html' },
    body: '<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body>\r\n<center><h1>429 Too Many Requests</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
    field: 'deliver',
    expected: 'throttled',
    waitMs: null,
  },
];

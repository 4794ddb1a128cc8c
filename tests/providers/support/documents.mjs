// The documents of an issuer that has no server of its own.

import { listen } from '../../../demo/listen.mjs';

/** Serves a discovery document and the key set that `keys` returns; `url` is the issuer. */
export async function serveDocuments(keys) {
  const server = await listen(0, (request, response) => {
    const jwks_uri = `http://${request.headers.host}/jwks.json`;
    const documents = {
      '/jwks.json': keys,
      '/.well-known/openid-configuration': () => ({ issuer: `http://${request.headers.host}`, jwks_uri }),
    };
    const document = documents[request.url]?.();
    response
      .writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? {}));
  });
  return { url: `http://127.0.0.1:${server.port}`, close: server.close };
}

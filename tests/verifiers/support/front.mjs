// The one address of several gates, of which one answers at a time: as after a deployment, only the settings differ.

import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { createServer } from 'node:https';
import { HOST, listen } from '../../../demo/listen.mjs';
import { makeCertificate } from './certificate.mjs';

/** `url` is where it is, `secureUrl` where it is by https as well, with the certificate in the file `certificate`. */
export async function startFront() {
  let target;
  const take = (request, response) => {
    const { method, url: path, headers } = request;
    const { hostname: host, port } = target;
    // With the Host of this address, which is what the gate takes for its own.
    const forwarded = httpRequest({ host, port, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  };
  const plain = await listen(0, take);
  const certificate = makeCertificate();
  const secure = createServer(certificate.options, take).listen(0, HOST);
  await once(secure, 'listening');
  return {
    url: new URL(`http://${HOST}:${plain.port}`),
    secureUrl: new URL(`https://${HOST}:${secure.address().port}`),
    certificate: certificate.file,
    leadTo: (gate) => (target = gate.url),
    async close() {
      secure.closeAllConnections();
      await Promise.all([plain.close(), once(secure.close(), 'close'), certificate.close()]);
    },
  };
}

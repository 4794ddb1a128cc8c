// Answers every request that carries a valid assertion with its subject: `node server.mjs LIBRARY`.

import { createServer } from 'node:http';

const { verifyAssertion } = await import(`./${process.argv[2]}.mjs`);

const server = createServer(async (request, response) => {
  request.resume();
  try {
    const { sub } = await verifyAssertion(request.headers['x-gate-assertion'], process.env.ORIGIN_URL);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sub }));
  } catch (error) {
    response.writeHead(401).end(`${error.message}`);
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening'));

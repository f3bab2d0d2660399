import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { createDatabase } from './database.mjs';

const { VERSION: version = '', DATABASE_PASSWORD: password = '' } = process.env;
// Its name in the Compose file, whichever host it runs on.
const database = createDatabase({ host: 'db', port: 6379, password });

let stopping = false;
const server = createServer(async (request, response) => {
  const [status, body] = await answer(request.url).then(
    (found) => [200, found],
    (error) => [503, { error: error.message }],
  );
  // Once stopping, each connection ends with the answer that it still waits for.
  if (stopping) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'x-version': version });
  response.end(`${JSON.stringify(body)}\n`);
});

// Longer than any proxy keeps an unused connection: it is never us who closes one that it is about to use.
server.keepAliveTimeout = 120_000;
server.listen(3000);

/** Every visit is written to the database before it is answered. */
async function answer(path) {
  if (path === '/health') return { database: await database.send('PING') };
  const visits = await database.send('INCR', 'visits');
  return { version, visits: Number(visits), served_by: hostname() };
}

/** Takes no new connection, lets go of unused ones, and ends when the last open request is answered. */
process.once('SIGTERM', () => {
  stopping = true;
  server.close(() => database.end());
  server.closeIdleConnections();
});

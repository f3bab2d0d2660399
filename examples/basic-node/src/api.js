import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgres } from './postgres.js';
import { createRedis } from './redis.js';

const version = process.env.APP_VERSION ?? 'dev';
const greeting = (await readFile(process.env.GREETING_FILE, 'utf8')).trim();
const db = createPostgres(process.env.DATABASE_URL);
const cache = createRedis(process.env.CACHE_URL);

const routes = {
  'GET /': home,
  'GET /slow': () => sleep(1000).then(home),
  'GET /health': health,
  'POST /orders': order,
};

let stopping = false;
const server = createServer(async (request, response) => {
  const route = routes[`${request.method} ${request.url.split('?', 1)[0]}`];
  const [status, body] = route ? await route().catch(unavailable) : [404, { error: 'not found' }];
  // Once stopping, each connection ends with the answer that it still waits for.
  if (stopping) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'x-version': version });
  response.end(`${JSON.stringify(body)}\n`);
});

// Longer than any proxy keeps an unused connection: it is never us who closes one that it is about to use.
server.keepAliveTimeout = 120_000;
server.listen(3000, () => console.log(`api ${version} listens on port 3000`));

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop);

/** Orders that the worker has written to PostgreSQL, and visits that Redis counts. */
async function home() {
  const [[[orders]], visits] = await Promise.all([db.query('SELECT count(*) FROM orders'), cache.send('INCR', 'visits')]);
  return [200, { greeting, version, orders: Number(orders), visits, served_by: hostname() }];
}

/** Healthy means: a request would be answered. */
async function health() {
  await Promise.all([db.query('SELECT 1'), cache.send('PING')]);
  return [200, { status: 'ok', version }];
}

/** Taken here, handled by the worker. */
async function order() {
  const waiting = await cache.send('LPUSH', 'orders', JSON.stringify({ item: 'tea', ordered_at: new Date().toISOString() }));
  return [202, { status: 'accepted', waiting }];
}

function unavailable(error) {
  console.error(error.message);
  return [503, { error: error.message }];
}

/** Takes no new connection, lets go of unused ones, and ends when the last open request is answered. */
function stop() {
  console.log('api stops');
  stopping = true;
  server.close(() => {
    db.end();
    cache.end();
  });
  server.closeIdleConnections();
}

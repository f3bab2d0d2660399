import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgres } from './postgres.js';
import { createRedis } from './redis.js';

const version = process.env.APP_VERSION ?? 'dev';
const db = createPostgres(process.env.DATABASE_URL);
const cache = createRedis(process.env.CACHE_URL);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => (stopping = true));

console.log(`worker ${version} waits for orders`);
while (!stopping) {
  try {
    await next();
    await writeFile('/tmp/alive', ''); // its age is what the health check looks at
  } catch (error) {
    console.error(error.message);
    await sleep(1000);
  }
}
console.log('worker stops');
db.end();
cache.end();

/** Handles one order, or waits a second for one. It stays in a list of its own until it is in the database, so that none is lost. */
async function next() {
  const order = (await cache.send('LMOVE', 'orders:taken', 'orders:taken', 'RIGHT', 'LEFT')) ?? (await cache.send('BLMOVE', 'orders', 'orders:taken', 'RIGHT', 'LEFT', 1));
  if (order === null) return;
  const { item, ordered_at: orderedAt } = JSON.parse(order);
  await db.query('INSERT INTO orders (item, ordered_at, handled_by) VALUES ($1, $2, $3)', [item, orderedAt, version]);
  await cache.send('LREM', 'orders:taken', 1, order);
}

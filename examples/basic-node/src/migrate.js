import { createPostgres } from './postgres.js';

const db = createPostgres(process.env.DATABASE_URL);

await db.query('CREATE TABLE IF NOT EXISTS orders (id bigserial PRIMARY KEY, item text NOT NULL, ordered_at timestamptz NOT NULL, handled_by text NOT NULL)');
console.log('the table is there');
db.end();

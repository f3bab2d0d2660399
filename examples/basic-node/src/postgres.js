import { connect } from 'node:net';

/**
 * Just enough of PostgreSQL's wire protocol (version 3) for this example: one connection, parameters as text, answers as text.
 * It speaks to a server that trusts its network (see docker-compose.yml). A real application takes the package `pg`.
 */
export function createPostgres(url) {
  const { hostname, port, username, pathname } = new URL(url);
  let connection;

  return {
    /** Rows as arrays of text, in the order of the query's columns. Parameters stand in it as $1, $2. */
    async query(sql, parameters = []) {
      // After a loss of the connection the next query makes a new one.
      if (!connection?.alive) connection = open({ host: hostname, port: Number(port || 5432), user: username, database: pathname.slice(1) });
      return connection.query(sql, parameters);
    },
    end: () => connection?.end(),
  };
}

function open({ host, port, user, database }) {
  const socket = connect({ host, port, noDelay: true });
  const waiting = []; // one entry a query, in the order in which the server answers
  let received = Buffer.alloc(0);
  const self = { alive: true, query, end: () => socket.end(message('X')) };

  function query(sql, parameters) {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject, rows: [] });
      const values = parameters.map((value) => Buffer.from(String(value)));
      socket.write(
        Buffer.concat([
          message('P', text(''), text(sql), int16(0)), // parse, without a name
          message('B', text(''), text(''), int16(0), int16(values.length), ...values.flatMap((value) => [int32(value.length), value]), int16(0)), // bind
          message('E', text(''), int32(0)), // execute, all rows
          message('S'), // sync: the answers to this query end here
        ]),
      );
    });
  }

  function onMessage(type, body) {
    const [current] = waiting;
    if (type === 'R' && body.readInt32BE(0) !== 0) fail(new Error('the server asks for a password; this client has none'));
    else if (type === 'D') current.rows.push(columns(body));
    else if (type === 'E' && current?.connecting) fail(serverError(body));
    else if (type === 'E' && current) current.error = serverError(body);
    else if (type === 'E') fail(serverError(body)); // such as: the server is shutting down
    else if (type === 'Z') {
      const { resolve, reject, rows, error } = waiting.shift();
      if (error) reject(error);
      else resolve(rows);
    }
  }

  function fail(error) {
    self.alive = false;
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(error);
  }

  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    // A message is a letter, its length without that letter, and its body.
    while (received.length >= 5 && received.length > received.readInt32BE(1)) {
      const end = 1 + received.readInt32BE(1);
      const [type, body] = [String.fromCharCode(received[0]), received.subarray(5, end)];
      received = received.subarray(end);
      onMessage(type, body);
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection to PostgreSQL was closed')));

  // The start of the conversation has no letter, and is answered like a query.
  const start = Buffer.concat([int32(196608), text('user'), text(user), text('database'), text(database), Buffer.from([0])]);
  waiting.push({ connecting: true, resolve() {}, reject() {}, rows: [] });
  socket.write(Buffer.concat([int32(start.length + 4), start]));
  return self;
}

function columns(body) {
  const values = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return values;
}

/** Fields of an error are a letter and a text; M is the message. */
function serverError(body) {
  const field = body.toString('utf8').split('\0').find((part) => part.startsWith('M'));
  return new Error(`PostgreSQL: ${field?.slice(1) ?? 'unknown error'}`);
}

function message(type, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function text(value) {
  return Buffer.from(`${value}\0`);
}

function int16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

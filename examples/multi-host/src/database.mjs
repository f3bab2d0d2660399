import { connect } from 'node:net';

/**
 * Just enough of Redis' protocol for this example: one connection, one-line answers in the order of the commands.
 * A real application takes the package `redis`.
 */
export function createDatabase({ host, port, password }) {
  let connection;
  return {
    send(...words) {
      // After a loss of the connection the next command makes a new one.
      if (!connection?.alive) {
        connection = open(host, port);
        connection.send(['AUTH', password]).catch(() => undefined);
      }
      return connection.send(words);
    },
    end: () => connection?.end(),
  };
}

function open(host, port) {
  const socket = connect({ host, port, noDelay: true });
  const waiting = [];
  let received = '';
  const self = { alive: true, send, end: () => socket.end() };

  function send(words) {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${bulk.join('')}`);
    });
  }

  function fail(error) {
    self.alive = false;
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(error);
  }

  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (received + text).split('\r\n');
    received = lines.pop();
    for (const line of lines) {
      const { resolve, reject } = waiting.shift();
      if (line.startsWith('-')) reject(new Error(`the database said: ${line.slice(1)}`));
      else resolve(line.slice(1));
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection to the database was closed')));
  return self;
}

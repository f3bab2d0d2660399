import { connect } from 'node:net';

/**
 * Just enough of Redis' protocol (RESP 2) for this example: one connection, commands answered in order.
 * A real application takes the package `redis`.
 */
export function createRedis(url) {
  const { hostname, port } = new URL(url);
  let connection;

  return {
    /** The server's answer: text, a number, null or a list of these. */
    async send(...words) {
      // After a loss of the connection the next command makes a new one.
      if (!connection?.alive) connection = open(hostname, Number(port || 6379));
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
      const bulk = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${bulk.join('')}`);
    });
  }

  function fail(error) {
    self.alive = false;
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(error);
  }

  // latin1 keeps one character a byte, so that lengths in bytes cut the text rightly.
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    received += chunk;
    for (let reply = parse(received, 0); reply; reply = parse(received, 0)) {
      received = received.slice(reply.end);
      const { resolve, reject } = waiting.shift();
      if (reply.value instanceof Error) reject(reply.value);
      else resolve(reply.value);
    }
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection to Redis was closed')));
  return self;
}

/** One reply that begins at `from`, and where it ends; undefined while some of it is still on its way. */
function parse(bytes, from) {
  const line = bytes.indexOf('\r\n', from);
  if (line < 0) return undefined;
  const [kind, rest, next] = [bytes[from], bytes.slice(from + 1, line), line + 2];
  if (kind === '+') return { value: rest, end: next };
  if (kind === '-') return { value: new Error(`Redis: ${rest}`), end: next };
  if (kind === ':') return { value: Number(rest), end: next };
  const length = Number(rest);
  if (length < 0) return { value: null, end: next };
  if (kind === '$') return bytes.length < next + length + 2 ? undefined : { value: Buffer.from(bytes.slice(next, next + length), 'latin1').toString('utf8'), end: next + length + 2 };
  const list = [];
  let end = next;
  for (let left = length; left > 0; left -= 1) {
    const item = parse(bytes, end);
    if (!item) return undefined;
    list.push(item.value);
    end = item.end;
  }
  return { value: list, end };
}

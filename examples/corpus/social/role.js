const http = require('node:http');

const [role] = process.argv.slice(2);
if (role === 'check') {
  http.get('http://127.0.0.1:3000/', (response) => process.exit(response.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1));
} else {
  const server = http.createServer((_, response) => response.end(`${role} ${process.env.WORD}\n`));
  server.listen(3000);
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
}

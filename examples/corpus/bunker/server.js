const http = require('node:http');
const { writeFileSync } = require('node:fs');

let root = 'a root that can be written';
try {
  writeFileSync('/srv/x', '');
} catch {
  root = 'nothing to write';
}
writeFileSync('/tmp/started', '');
const server = http.createServer((_, response) => response.end(`${process.env.WORD}: user ${process.getuid()}, ${root}\n`));
server.listen(3000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));

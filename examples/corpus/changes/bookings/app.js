const http = require('node:http');
const { writeFileSync } = require('node:fs');

writeFileSync('/files/uploads/started', 'two\n');
const server = http.createServer((_, response) => response.end('two\n'));
server.listen(3000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));

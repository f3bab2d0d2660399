const http = require('node:http');

const server = http.createServer((_, response) => response.end('two\n'));
server.listen(3000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));

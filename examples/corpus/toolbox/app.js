const http = require('node:http');

const server = http.createServer((_, response) => response.end(`${process.env.GREETING}\n`));
server.listen(3000);
process.on('SIGTERM', () => server.close(() => process.exit(0)));

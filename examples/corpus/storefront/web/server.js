const http = require('node:http');

const { API_URL, TITLE } = process.env;

const server = http.createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok\n');
  try {
    const price = await (await fetch(`${API_URL}/price`)).text();
    response.end(`${TITLE}: one\n${price}`);
  } catch {
    response.writeHead(502).end('the API does not answer\n');
  }
});
server.listen(8080);
process.on('SIGTERM', () => server.close(() => process.exit(0)));

const { writeFileSync } = require('node:fs');

writeFileSync('/tmp/ready', '');
const work = setInterval(() => undefined, 1000);
process.on('SIGINT', () => clearInterval(work));

import { must, type Point } from '../point.js';

export const initUnprepared: readonly Point[] = [
  {
    title: 'init --non-interactive in a project that nobody prepared gives a config that plan accepts',
    async prove(stage) {
      await stage.write({
        'docker-compose.yml': [
          'services:',
          '  web:',
          '    build: .',
          '    ports: ["3000:3000"]',
          '    environment: { DATABASE_URL: "postgres://postgres:pw@db/app" }',
          '    depends_on: { db: { condition: service_healthy } }',
          '  db:',
          '    image: postgres:15',
          '    environment: { POSTGRES_PASSWORD: pw }',
          '    volumes: [data:/var/lib/postgresql/data]',
          '    healthcheck: { test: [CMD, pg_isready], interval: 1s }',
          'volumes: { data: {} }',
          '',
        ].join('\n'),
        Dockerfile: 'FROM node:20\nCOPY server.js /\nEXPOSE 3000\nCMD ["node", "/server.js"]\n',
        'server.js': "require('node:http').createServer((q, s) => s.end('hello')).listen(3000);\n",
        'package.json': '{ "name": "unprepared", "scripts": { "start": "node server.js" } }\n',
      });
      const init = await stage.stagecraft(['init', '--non-interactive']);
      must(init.exitCode === 0, `init: exit code ${init.exitCode}: ${init.all}`);
      const plan = await stage.stagecraft(['plan', '--env', 'dev']);
      must(plan.exitCode === 0, `plan: exit code ${plan.exitCode}: ${plan.all}`);
      must(plan.stdout.includes('web') && plan.stdout.includes('db'), `plan does not name the services: ${plan.stdout}`);
      return plan.stdout.trim().split('\n').at(-1) ?? '';
    },
  },
];

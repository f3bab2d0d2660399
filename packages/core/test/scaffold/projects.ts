/** Projects that nobody prepared, in the shapes in which they are met. Files by path. */
export const projects: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a web application with a database': {
    'docker-compose.yml': `version: "3.8"
services:
  web:
    build: .
    ports:
      - "3000:3000"
    environment:
      DATABASE_URL: postgres://postgres:postgres@db/app
    depends_on:
      - db
  db:
    image: postgres:15
    environment: { POSTGRES_PASSWORD: postgres, POSTGRES_DB: app }
    ports: ["5432:5432"]
    volumes: [pgdata:/var/lib/postgresql/data]
volumes:
  pgdata:
`,
    Dockerfile: 'FROM node:20\nWORKDIR /app\nCOPY . .\nEXPOSE 3000\nCMD ["node", "server.js"]\n',
    'package.json': '{ "name": "@acme/Todo-List", "scripts": { "start": "node server.js" } }',
    'migrations/001_init.sql': 'CREATE TABLE todo (id int);',
  },
  'images of others alone': {
    'docker-compose.yml': `services:
  wordpress:
    image: wordpress:6
    restart: always
    ports: ["8080:80"]
    environment: { WORDPRESS_DB_HOST: db }
    volumes: [wordpress:/var/www/html]
  db:
    image: registry.example.com/library/mariadb:11
    restart: always
    volumes: [db:/var/lib/mysql]
volumes: { wordpress: {}, db: {} }
`,
  },
  'several images in one repository': {
    'compose.yaml': `name: shop
services:
  nginx:
    image: nginx:1.27
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    depends_on: [api]
    healthcheck: { test: [CMD, curl, -f, http://localhost/] }
  api:
    build: { context: ./api, dockerfile: Dockerfile.prod }
    ports: ["4000:4000", "9229:9229"]
    depends_on:
      migrate: { condition: service_completed_successfully }
  migrate:
    build: { context: ./api, dockerfile: Dockerfile.prod }
    command: [npx, prisma, migrate, deploy]
    depends_on: { db: { condition: service_healthy } }
  worker:
    build: { context: ./api, dockerfile: Dockerfile.prod }
    command: [node, worker.js]
  mail-scheduler:
    build: { context: ./api, dockerfile: Dockerfile.prod }
    command: [node, scheduler.js]
  db:
    image: postgres:15
    volumes: [pg:/var/lib/postgresql/data]
    healthcheck: { test: [CMD, pg_isready] }
  redis:
    image: redis:7
volumes: { pg: {} }
`,
    'compose.override.yaml': 'services: { api: { volumes: ["./api:/app"] } }\n',
    'docker-compose.prod.yml': 'services: {}\n',
    'nginx.conf': 'events {}\n',
    'api/Dockerfile.prod': 'FROM node:20 AS build\nEXPOSE 1\nFROM node:20\nWORKDIR /app\nEXPOSE 4000\nHEALTHCHECK CMD wget -qO- localhost:4000\n',
    'web/Dockerfile': 'FROM nginx\n',
    'api/prisma/migrations/20240101_init/migration.sql': 'SELECT 1;',
    '.env.production': 'LOG_LEVEL=info\n',
    '.env.example': 'LOG_LEVEL=\n',
  },
  'mounts for development': {
    'docker-compose.yml': `services:
  app:
    build: .
    command: npm run dev
    ports: ["5173:5173"]
    volumes:
      - .:/app
      - /app/node_modules
      - uploads:/data
      - ./config.json:/etc/app.json:ro
  api:
    build: { context: ./api }
    ports: ["8000-8001:8000-8001"]
    volumes: ["./api:/srv/api"]
volumes: { uploads: {} }
`,
    Dockerfile: 'FROM node:20\nWORKDIR /app\n',
    'api/Dockerfile': 'FROM python:3.12\nWORKDIR /srv/api\n',
    'config.json': '{}',
    'api/alembic.ini': '',
    'api/alembic/versions/1_init.py': '',
  },
  'a proxy of its own': {
    'compose.yml': `services:
  traefik:
    image: traefik:v3.1
    command: [--providers.docker]
    ports: ["80:80", "443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  whoami:
    build: ./whoami
    labels: ["traefik.http.routers.whoami.rule=Host(\`whoami.localhost\`)"]
`,
    'whoami/Dockerfile': 'FROM golang:1.22\nEXPOSE 8081/tcp 53/udp\n',
  },
  'profiles and tools': {
    'docker-compose.yml': `services:
  site:
    build: .
    ports: ["127.0.0.1:8080:8000"]
    container_name: site
    healthcheck: { test: [CMD, "true"] }
  mailhog:
    image: mailhog/mailhog
    ports: ["1025:1025", "8025:8025"]
  adminer:
    image: adminer
    profiles: [debug]
    ports: ["8081:8080"]
  minio:
    image: minio/minio
    command: server /data
    ports: ["9000:9000"]
    volumes: [files:/data]
  agent:
    image: acme/agent:2
    network_mode: host
volumes: { files: {} }
`,
    Dockerfile: 'FROM python:3.12\nHEALTHCHECK NONE\n',
    'manage.py': '',
    'blog/migrations/0001_initial.py': '',
    'blog/migrations/__init__.py': '',
  },
  'nothing for browsers': {
    'docker-compose.yaml': `services:
  bot:
    build: .
    depends_on: [queue]
  queue:
    image: redis:7
    ports: ["6379:6379"]
`,
    Dockerfile: 'FROM node:20\nEXPOSE 7000\n',
  },
  'a base that does not stand alone': {
    'docker-compose.yml': 'services: { web: { ports: ["8080:80"] } }\n',
    'docker-compose.override.yml': 'services: { web: { image: "nginx:1.27" } }\n',
  },
  'names of all kinds': {
    'docker-compose.yml': `services:
  Web:
    image: nginx
    ports: ["80"]
  a_b:
    build: .
    ports: ["3000"]
  a.b:
    build: .
    ports: ["3001"]
  front:
    build: .
    ports: ["3002"]
`,
    Dockerfile: 'FROM node:20\n',
  },
};

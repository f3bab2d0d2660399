import { posix } from 'node:path';
import type { Files } from '../ports/files.js';
import type { Dockerfile } from './facts.js';
import type { Walked } from './walk.js';

/** Every Dockerfile of the project, and what its last stage says of ports and health. */
export async function findDockerfiles(files: Files, walked: Walked): Promise<readonly Dockerfile[]> {
  const paths = walked.files.filter((path) => /^(?:(?:Docker|Container)file(?:\.[\w.-]+)?|[\w.-]+\.(?:Docker|Container)file)$/i.test(posix.basename(path)) && !path.endsWith('.dockerignore'));
  return Promise.all(paths.map(async (path) => readDockerfile(path, (await files.read(path).catch(() => undefined)) ?? '')));
}

export function readDockerfile(path: string, text: string): Dockerfile {
  const lines = text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
  const last = lines.slice(lines.findLastIndex((line) => /^\s*FROM\s/i.test(line)) + 1);
  const exposed = last.flatMap((line) => /^\s*EXPOSE\s+(.*)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? []);
  const ports = exposed.flatMap((one) => /^(\d+)(?:\/tcp)?$/.exec(one)?.[1] ?? []).map(Number);
  const check = last.findLast((line) => /^\s*HEALTHCHECK\s/i.test(line));
  return { path, exposes: [...new Set(ports)].sort((a, b) => a - b), healthcheck: check !== undefined && !/^\s*HEALTHCHECK\s+NONE\b/i.test(check) };
}

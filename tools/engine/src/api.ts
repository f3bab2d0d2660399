import { createReadStream } from 'node:fs';
import { request } from 'node:http';

export interface Answer {
  status: number;
  body: string;
}

/** One request to an engine's API on its socket. Throws where nothing answers. `file` is sent as the body. */
export function api(socket: string, method: string, path: string, options: { timeout?: number; file?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: socket, method, path, headers: { Host: 'engine', ...(options.file ? { 'Content-Type': 'application/x-tar' } : {}) } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    if (options.timeout) asked.setTimeout(options.timeout, () => asked.destroy(new Error(`${method} ${path}: no answer in ${options.timeout} ms`)));
    if (options.file) createReadStream(options.file).on('error', (error) => asked.destroy(error)).pipe(asked);
    else asked.end();
  });
}

export async function list<T>(socket: string, path: string): Promise<T> {
  const answer = await api(socket, 'GET', path, { timeout: 30_000 });
  if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.body}`);
  return JSON.parse(answer.body) as T;
}

export async function answers(socket: string, timeout = 2000): Promise<boolean> {
  return api(socket, 'GET', '/_ping', { timeout }).then((answer) => answer.status === 200, () => false);
}

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * `fetch` for plain HTTP without a body; anything else goes to the platform's own. That one never settles, on Node 20, where the other side accepts
 * a connection and closes it without a word, and nothing then keeps the process alive: so does an engine's port forwarder until its container listens.
 */
export const fetchPlainly: typeof fetch = async (input, init) => {
  const url = typeof input === 'string' ? new URL(input) : input instanceof URL ? input : undefined;
  if (url?.protocol !== 'http:' || (init?.body ?? undefined) !== undefined) return fetch(input, init);
  const answer = await ask(url, init ?? {});
  return isRedirect(answer) && init?.redirect !== 'manual' ? fetch(input, init) : answer;
};

/** Connects to a port of a host's loopback. */
export type Dial = (port: number) => Promise<Duplex>;

/** The same from a host: over a connection to a port of its loopback. What is not plain HTTP without a body is refused, and redirects are answers. */
export function fetchFrom(dial: Dial): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.protocol !== 'http:' || (init?.body ?? undefined) !== undefined) throw new TypeError(`a host's own ports are asked by plain HTTP without a body, not by ${url.href}`);
    return ask(url, init ?? {}, await dial(Number(url.port) || 80));
  };
}

async function ask(url: URL, init: RequestInit, connection?: Duplex): Promise<Response> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const { signal } = init;
    const options = { method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)), ...(connection ? { createConnection: () => connection as Socket } : { agent: false as const }), ...(signal ? { signal } : {}) };
    const failed = (cause: Error): void => reject(signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause }));
    request(url, options, (incoming) => void whole(incoming).then(resolve, failed)).once('error', failed).end();
  });
}

async function whole(incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '');
  const status = incoming.statusCode ?? 0;
  const bodiless = status === 204 || status === 205 || status === 304;
  return new Response(bodiless ? null : Buffer.concat(chunks), { status, statusText: incoming.statusMessage ?? '', headers });
}

function isRedirect(answer: Response): boolean {
  return answer.status >= 300 && answer.status < 400 && answer.headers.has('location');
}

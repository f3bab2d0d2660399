import type { Context, ProxyPlace } from '@stagecraft/core/plugin-api';

const perPage = 100;

/** Every router or service whose name holds `search`, page after page. @throws `traefik/api` when the API does not answer as it should. */
export async function listAll<T>(ctx: Context, host: string, place: ProxyPlace, what: 'routers' | 'services', search: string): Promise<readonly T[]> {
  const all: T[] = [];
  for (let page = 1; ; ) {
    const url = `http://127.0.0.1:${place.apiPort}/api/http/${what}?search=${encodeURIComponent(search)}&page=${page}&per_page=${perPage}`;
    const answer = await ask(ctx, host, place, url);
    const items: unknown = await answer.json().catch(() => undefined);
    if (!Array.isArray(items)) throw unanswered(ctx, host, place, 'what it says is no list');
    all.push(...(items as T[]));
    // The API names page 1 as the next one after the last.
    const next = Number(answer.headers.get('x-next-page') ?? '1');
    if (!(next > page)) return all;
    page = next;
  }
}

async function ask(ctx: Context, host: string, place: ProxyPlace, url: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await ctx.on(host).fetch(url, { signal: ctx.signal });
  } catch (error) {
    throw unanswered(ctx, host, place, reasonOf(error), error);
  }
  if (answer.ok) return answer;
  const text = (await answer.text().catch(() => '')).trim().slice(0, 200);
  throw unanswered(ctx, host, place, answer.status === 404 ? 'it answers 404: something else listens there, or the request does not come from the host' : `it answers ${answer.status} ${text}`);
}

function unanswered(ctx: Context, host: string, place: ProxyPlace, why: string, cause?: unknown): Error {
  return ctx.fail({
    kind: 'external',
    code: 'traefik/api',
    message: `Traefik's API on ${host} (127.0.0.1:${place.apiPort}) cannot be asked: ${why}.`,
    next: [`docker logs ${place.container}`],
    cause,
  });
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

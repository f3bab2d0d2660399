import type { Desired } from '../compose/model.js';

/** Public addresses of the routes, as a person would open them on the host. */
export function urlsOf(desired: Pick<Desired, 'routes' | 'proxy'> | undefined): readonly string[] {
  const port = desired?.proxy?.listen.http;
  if (!desired || port === undefined) return [];
  const urls = desired.routes.map((route) => `http://${route.host ?? 'localhost'}${port === 80 ? '' : `:${port}`}${route.path ?? '/'}`);
  return [...new Set(urls)].sort();
}

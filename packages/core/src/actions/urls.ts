import type { Desired } from '../compose/model.js';
import type { OpenHost } from './host.js';

/** Public addresses of the routes, as a person would open them. @param hosts where the routes are: a route without a host name is opened at each of them. */
export function urlsOf(desired: Pick<Desired, 'routes' | 'proxy'> | undefined, hosts: readonly Pick<OpenHost, 'address'>[]): readonly string[] {
  const port = desired?.proxy?.listen.http;
  if (!desired || port === undefined) return [];
  const places = hosts.map(({ address = 'localhost' }) => (address.includes(':') ? `[${address}]` : address));
  const urls = desired.routes.flatMap((route) => (route.host === undefined ? places : [route.host]).map((place) => `http://${place}${port === 80 ? '' : `:${port}`}${route.path ?? '/'}`));
  return [...new Set(urls)].sort();
}

import { message } from '../message.js';

export const cacheSetAside = message<{ path: string; aside: string }>({
  type: 'notice',
  code: 'SC3040',
  description: "The project's cache of releases could not be read; it was kept aside, and is made again from the hosts.",
  payload: { path: 'the cache file', aside: 'where it lies now' },
  text: (d) => `${d.path} could not be read; it is kept as ${d.aside} and made again from the hosts.`,
});

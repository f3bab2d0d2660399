import { message } from '../message.js';

export const routesAcknowledged = message<{ host: string; proxy: string; services: readonly string[]; targets: readonly string[]; ms: number }>({
  type: 'step',
  code: 'SC4250',
  description: 'The proxy lists exactly the targets that it was to list.',
  payload: { host: 'host name', proxy: 'id of the proxy provider', services: 'services whose targets were asked for', targets: 'names of the targets that get requests now', ms: 'milliseconds from the first question' },
  text: (d) => `${d.proxy} on ${d.host} acknowledged ${d.services.join(', ')} after ${d.ms} ms`,
});

export const drained = message<{ host: string; service: string; ms: number; left: number; by: 'proxy' | 'connections' | 'time' }>({
  type: 'step',
  code: 'SC4251',
  description: 'The old containers were given time to finish their requests.',
  payload: {
    host: 'host name',
    service: 'service',
    ms: 'milliseconds it took',
    left: 'requests or connections that were open when the time was over; 0 when all had ended',
    by: "proxy: it counts open requests; connections: the kernel's table; time: nobody could tell",
  },
  text: (d) => (d.left === 0 ? `${d.service} on ${d.host} drained after ${d.ms} ms` : `${d.service} on ${d.host}: ${d.left} still open after ${d.ms} ms`),
});

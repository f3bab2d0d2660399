import { members } from '../compose/canonical.js';
import type { ComposeModel, ComposeService } from '../compose/model.js';
import { placeOfPort } from '../compose/places.js';
import type { Location } from '../plugin-api/location.js';
import { knownImage } from './known-images.js';

export interface PublishedPort {
  readonly service: string;
  /** Inside the container. */
  readonly target: number;
  /** On the host, as written: a port or a range; absent: any free one. */
  readonly published?: string;
  readonly location: Location;
  readonly http: boolean;
}

// Those that frameworks and servers listen on unless told otherwise.
const usual = [80, 8080, 3000, 8000, 5000, 4000, 8888, 3001, 8081, 4200, 5173, 4173, 1337, 9000, 8001, 8008, 5001, 3333, 4321, 8090, 2368];
// Databases, queues, mail, debuggers, TLS, metrics: nobody opens these in a browser, whatever the image.
const others = new Set([21, 22, 25, 53, 110, 143, 389, 443, 465, 587, 993, 1025, 1433, 1521, 1883, 2181, 2375, 2376, 3306, 4222, 5005, 5432, 5671, 5672, 5678, 6379, 6432, 7687, 8443, 9042, 9092, 9229, 9300, 11211, 27017]);

/** TCP ports that a service publishes, those that answer HTTP by all likelihood marked; the likeliest first. */
export function publishedPorts(model: ComposeModel, service: ComposeService): readonly PublishedPort[] {
  const ports = members(service.definition.ports)
    .filter((port) => port.protocol === undefined || port.protocol === 'tcp')
    .map((port): PublishedPort => {
      const published = typeof port.published === 'string' && port.published !== '' ? port.published : undefined;
      const location = published === undefined ? model.locate(['services', service.name, 'ports']) : placeOfPort(model, service.name, published);
      return { service: service.name, target: Number(port.target), ...(published === undefined ? {} : { published }), location, http: isHttp(service, Number(port.target)) };
    });
  return ports.sort((a, b) => Number(b.http) - Number(a.http) || rank(a.target) - rank(b.target) || a.target - b.target);
}

function isHttp(service: ComposeService, target: number): boolean {
  const known = knownImage(service.image);
  if (others.has(target) || known?.is === 'store' || known?.is === 'proxy') return false;
  return service.build !== undefined || known !== undefined || usual.includes(target);
}

function rank(target: number): number {
  const index = usual.indexOf(target);
  return index < 0 ? usual.length : index;
}

/** Every port of the host that the Compose files take, ranges written out. */
export function takenPorts(model: ComposeModel): ReadonlySet<number> {
  return new Set(
    Object.values(model.services).flatMap(({ definition }) =>
      members(definition.ports).flatMap((port) => {
        const [from, to = from] = String(port.published ?? '').split('-').map(Number);
        if (!from || !to || to - from > 1000) return [];
        return Array.from({ length: to - from + 1 }, (_, index) => from + index);
      }),
    ),
  );
}

import type { Action, Step } from './types.js';

/** A step in words, without its reason: `start 2 new containers of web`. */
export function phraseOf({ action }: Step): string {
  switch (action.kind) {
    case 'image.build':
      return `build ${action.reference}`;
    case 'image.pull':
      return `pull ${action.reference}`;
    case 'image.push':
      return `push ${action.reference}`;
    case 'image.fetch':
      return `pull ${action.reference}`;
    case 'image.carry':
      return `bring ${action.reference} from this machine`;
    case 'proxy.ensure':
      return `bring the proxy ${action.provider} up`;
    case 'edge.ensure':
      return `make the network ${action.network}`;
    case 'container.start':
      return `start ${count(action.count, 'new container')} of ${action.service}`;
    case 'container.resume':
      return `start ${count(action.ids.length, 'stopped container')} of ${action.service} again`;
    case 'container.gate':
      return `wait until ${action.healthcheck ? (action.count === 1 ? 'it is healthy' : `all ${action.count} are healthy`) : action.count === 1 ? 'it stays up' : `all ${action.count} stay up`}`;
    case 'route.admit':
      return `route to ${targets(action)} of ${action.service}`;
    case 'route.retire':
      return `route no more to ${action.to.routes.some((route) => route.service === action.service) ? `the old ${action.service}` : action.service}`;
    case 'route.apply':
      return 'change the routes';
    case 'container.drain':
      return `let ${count(action.ids.length, 'old container')} finish, at most ${action.timeoutMs / 1000} s`;
    case 'container.stop':
      return `stop ${count(action.ids.length, 'old container')} of ${action.service}`;
    case 'job.run':
      return `run the job ${action.service} to its end`;
    case 'container.remove':
      return `remove ${count(action.ids.length, 'container')} of ${action.service}`;
    case 'edge.remove':
      return `remove the network ${action.network}`;
  }
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function targets(action: Extract<Action, { kind: 'route.admit' }>): string {
  return action.ids ? count(action.ids.length, 'running container') : `the new ${action.edge.aliases.length === 1 ? 'container' : `${action.edge.aliases.length} containers`}`;
}

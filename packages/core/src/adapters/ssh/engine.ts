import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SshHost } from '../../ports/ssh.js';
import type { EngineAccess } from '../engine.js';

/** The engine of a host over its connection: each request has a channel of its own to the socket, and channels are used again. */
export function engineOver(host: SshHost, name: string, socket: string): EngineAccess {
  const by = (agent: ChannelAgent): never => ({ protocol: 'http', host: 'localhost', port: 80, agent }) as never;
  const open = (): Promise<Duplex> => host.socket(socket);
  return { where: `unix://${socket} of ${name}`, options: by(new ChannelAgent(open, { keepAlive: true, maxSockets: 16 })), lasting: by(new ChannelAgent(open, {})) };
}

class ChannelAgent extends Agent {
  constructor(
    private readonly open: () => Promise<Duplex>,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(_options: ClientRequestArgs, ready: (error: Error | null, stream?: Duplex) => void): undefined {
    this.open().then(
      (channel) => ready(null, channel),
      (error: Error) => ready(error),
    );
  }
}

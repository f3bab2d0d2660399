// Statically re-exported, so that a dynamic import of this file keeps the CommonJS packages' shape when they are bundled.
import ssh2 from 'ssh2';

export { NodeSSH } from 'node-ssh';
export const { createAgent, utils } = ssh2;

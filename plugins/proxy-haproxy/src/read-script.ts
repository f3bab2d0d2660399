import { runtimeClient } from './runtime-client.js';

/** sh inside the proxy's container: `PORT`. Tells, for every worker, `worker PID`, its slots and its counters. */
export const readScript = `set -eu
port=$1
${runtimeClient}
for pid in $(workers); do
  echo "worker $pid"
  ask "@!$pid show servers state; @!$pid show stat"
done
`;

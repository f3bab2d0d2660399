import { networkInterfaces } from 'node:os';
import { BlockList, isIP } from 'node:net';

/** Why this address gets no load, or undefined where it may: only this machine itself, the containers of its engine and its test hosts. */
export function refusedTarget(url: string, interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): string | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return `${url} is no URL`;
  }
  if (parsed.protocol !== 'http:') return `${url}: only http: is spoken`;
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return undefined;
  const family = isIP(host);
  // A name could lead anywhere.
  if (family === 0) return `${host} is a name: give an address of this machine`;
  return allowed(interfaces).check(host, family === 6 ? 'ipv6' : 'ipv4') ? undefined : `${host} is neither this machine nor a container or test host on it`;
}

function allowed(interfaces: ReturnType<typeof networkInterfaces>): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const [name, addresses] of Object.entries(interfaces)) {
    // The bridges that an engine makes for its networks, and the link to the test hosts.
    if (!/^(docker\d+|br-[0-9a-f]{12}|schosts0)$/.test(name)) continue;
    for (const { address, cidr, family } of addresses ?? []) {
      if (family === 'IPv4' && cidr !== null) list.addSubnet(address, Number(cidr.split('/')[1]), 'ipv4');
    }
  }
  return list;
}

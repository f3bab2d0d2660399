import type { Scope } from '../hosts/scope.js';
import type { Finding } from '../plugin-api/failure.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Shell } from '../ports/shell.js';

/**
 * Proves that the engine sees this host's state folder: a container that is made, never started, binds the folder, and a random file is read out of it. An
 * engine elsewhere (a forwarded socket, a virtual machine) would mount an empty folder and lose every file of a release. Once an engine: the proof is kept by
 * the engine's id.
 */
export async function sameMachine(host: { readonly name: string; readonly scope: Scope; readonly shell: Shell; readonly files: HostFiles }, engineId: string): Promise<readonly Finding[]> {
  const proof = `${host.scope.root}/engine`;
  if (engineId !== '' && (await host.files.read(proof))?.trim() === engineId) return [];
  const result = await host.shell.run(script(host.scope.root, engineId), { timeoutMs: 60_000 });
  if (result.exitCode === 0) return [];
  return [
    {
      severity: 'error',
      code: 'SC3518',
      message: `The engine of ${host.name} does not see the folder ${host.scope.root} of this machine${result.stderr.trim() === '' ? '' : ` (${result.stderr.trim().split('\n').at(-1)})`}: driver local needs an engine on the same machine.`,
      next: ['Set DOCKER_HOST to a socket of an engine that runs here.', 'For an engine on another machine use driver: ssh with its address under hosts.'],
    },
  ];
}

function script(root: string, engineId: string): string {
  // An image of nothing is enough: the engine mounts what a container binds when files are copied out of it, started or not.
  return `set -u
root='${root.replaceAll("'", `'\\''`)}'
mkdir -p "$root" && d=$(mktemp -d "$root/.see.XXXXXX") || exit 1
image= id=
trap 'rm -rf "$d"; [ -z "$id" ] || docker rm -f "$id" >/dev/null 2>&1; [ -z "$image" ] || docker rmi "$image" >/dev/null 2>&1' EXIT
head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n' >"$d/random" && chmod 755 "$d" && chmod 644 "$d/random"
image=$(tar -c -T /dev/null | docker import - 2>/dev/null) || exit 1
id=$(docker create --mount "type=bind,source=$d,target=/see,readonly" "$image" /see/random) || exit 1
seen=$(docker cp "$id:/see/random" - | tar -xO) || exit 1
[ "$seen" = "$(cat "$d/random")" ] || exit 1
printf '%s\\n' '${engineId.replaceAll("'", '')}' >"$root/.engine.$$" && mv "$root/.engine.$$" "$root/engine"`;
}

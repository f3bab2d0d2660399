import { quote } from '../hosts/quote.js';
import type { PrunePlan } from './plan.js';

/** sh that removes images by their names, then by id; what a container uses meanwhile the engine keeps, and so do we. An engine that does not answer has removed nothing. */
export function removeImages(images: PrunePlan['images']): string {
  return [
    'n=0',
    ...images.map(({ id, tags }) => `${[...tags, id].map((name) => `timeout -k 5 120 docker rmi ${quote(name)} >/dev/null 2>&1 || :`).join('; ')}
if docker image inspect ${id} >/dev/null 2>&1; then echo "kept ${id}: it is used"; else docker image ls -q >/dev/null; n=$((n + 1)); fi`),
    'result images "$n"',
  ].join('\n');
}

/** sh that removes what releases that are gone have left. The names are digests, operations and releases as they were listed. */
export function removeFolders({ files, runs, secrets }: Pick<PrunePlan, 'files' | 'runs' | 'secrets'>): string {
  const all = [...files.map(({ digest }) => `files/${digest}`), ...runs.map(({ operation }) => `runs/${operation}`), ...secrets.map((name) => `secrets/${name}`)];
  return ['cd "$STAGECRAFT_ENV" || exit 1', ...all.map((path) => `rm -rf ./${quote(path)}`)].join('\n');
}

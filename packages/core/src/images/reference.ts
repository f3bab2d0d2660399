/** The registry of a reference: `registry.example.com:5000`, or `docker.io`. By the rule of the distribution project: the first part is a host where it has a dot, a colon, or is `localhost`. */
export function registryOf(reference: string): string {
  const [first = '', ...others] = reference.split('/');
  return others.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first.toLowerCase() : 'docker.io';
}

/** `registry:5000/shop/api:v1` as name and tag. */
export function splitTag(reference: string): { readonly name: string; readonly tag: string } {
  const [bare = ''] = reference.split('@');
  const at = bare.lastIndexOf(':');
  return at > bare.lastIndexOf('/') ? { name: bare.slice(0, at), tag: bare.slice(at + 1) } : { name: bare, tag: 'latest' };
}

/** The same image by what it is: `registry:5000/shop/api@sha256:…`. */
export function byDigest(reference: string, digest: string): string {
  return `${splitTag(reference).name}@${digest}`;
}

/** By which digest a registry has it, as the engine noted when it was pushed or pulled: `name@sha256:…` of the reference's name. */
export function digestOf(reference: string, noted: readonly string[]): string | undefined {
  const prefix = `${splitTag(reference).name}@`;
  return noted.find((one) => one.startsWith(prefix))?.slice(prefix.length);
}

/** Built images bear the name of their registry where the config has one; else they have no path. */
export function toBePushed(reference: string): boolean {
  return reference.includes('/');
}

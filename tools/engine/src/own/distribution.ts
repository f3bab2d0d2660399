import { existsSync, readFileSync } from 'node:fs';

export interface Distribution {
  id: 'debian' | 'ubuntu';
  codename: string;
}

/** The distribution out of the text of `/etc/os-release`; undefined for one whose packages we do not know. */
export function distributionIn(osRelease: string): Distribution | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1];
  const id = field('ID');
  const codename = field('VERSION_CODENAME');
  return (id === 'debian' || id === 'ubuntu') && codename ? { id, codename } : undefined;
}

/** Why this machine cannot have an engine of our own, or its distribution. */
export function eligible(): Distribution | string {
  if (process.platform !== 'linux') return `${process.platform} is not Linux`;
  if (process.getuid?.() !== 0) return 'an engine of our own needs root';
  const distribution = existsSync('/etc/os-release') ? distributionIn(readFileSync('/etc/os-release', 'utf8')) : undefined;
  return distribution ?? 'an engine of our own needs Debian or Ubuntu';
}

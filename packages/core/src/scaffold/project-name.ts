/** What names a project: it becomes part of the names of images, containers and folders. */
const allowed = /^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$/;

export const nameExpected = 'at most 40 lower-case letters, digits, `-` and `_`, and a letter or digit first and last';

export function isProjectName(text: string): boolean {
  return allowed.test(text);
}

/** The nearest name that is allowed; undefined where nothing of the text can be one. */
export function projectName(text: string): string | undefined {
  const name = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40)
    .replace(/^[-_]+|[-_]+$/g, '');
  return isProjectName(name) ? name : undefined;
}

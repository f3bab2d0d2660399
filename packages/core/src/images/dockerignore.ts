import dockerignore from '@balena/dockerignore';

/** The package is CommonJS whose export is the function itself; its types describe another shape. */
export const ignore = dockerignore as unknown as (options: { readonly ignorecase: boolean }) => Rules;

interface Rules {
  add(text: string): Rules;
  ignores(path: string): boolean;
}

// Statically re-exported, so that a dynamic import of this file keeps the CommonJS package's shape when it is bundled.
export { default as ignore } from '@balena/dockerignore';

import tar from 'tar-stream';

/** Imported when an image is packed; a bundle has a CommonJS module as its default alone. */
export const { extract, pack } = tar;

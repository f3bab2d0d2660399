// Imported dynamically: `ajv` costs 51 ms at start. A dynamic import of the package itself loses its names when bundled.
export { Ajv } from 'ajv';
export { Ajv2019 } from 'ajv/dist/2019.js';
export { Ajv2020 } from 'ajv/dist/2020.js';

// Imported dynamically: `yaml` costs 44 ms at start. A dynamic import of the package itself loses its names when bundled.
export { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseAllDocuments, Parser } from 'yaml';

/** Imported dynamically: the YAML library costs 44 ms that most commands need not pay. */
export { Lexer, LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments, stringify } from 'yaml';

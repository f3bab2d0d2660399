/** Imported dynamically: the YAML library costs 44 ms that most commands need not pay. */
export { Composer, Lexer, LineCounter, Parser, isAlias, isMap, isScalar, isSeq, stringify } from 'yaml';

#!/usr/bin/env node
// Runs the command line from its sources, as the tests do: no build is needed.
import { register } from 'node:module';
import { register as registerTsx } from 'tsx/esm/api';

registerTsx();
const condition = 'stagecraft-source';
register(`data:text/javascript,export const resolve = (name, context, next) => next(name, { ...context, conditions: [...context.conditions, '${condition}'] })`);

const { main } = await import('../src/main.ts');
await main();

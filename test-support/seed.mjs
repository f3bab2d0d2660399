// One seed repeats a whole run: Jest's, which orders the tests, is also what properties draw their values by.
import { jest } from '@jest/globals';
import fc from 'fast-check';

fc.configureGlobal({ seed: jest.getSeed() });

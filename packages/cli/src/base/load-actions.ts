import * as core from '@stagecraft/core';
import type { Actions } from './actions.js';

/** A file of its own, so that commands load only what they need of core before they act. */
export const actions = core as unknown as Actions;

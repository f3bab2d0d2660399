import { Flags } from '@oclif/core';
import type { Foreground, TaskResult } from '@stagecraft/core';
import type { Actions } from './actions.js';
import type { Mode, Outcome } from './session.js';
import type { World } from './world.js';

/** Who runs a command in a container, and where. */
export const inContainerFlags = {
  host: Flags.string({ helpValue: 'NAME', summary: 'Host; default: the first that has the service.' }),
  user: Flags.string({ char: 'u', helpValue: 'USER', summary: 'User of the container, as in node or 1000:1000.' }),
  workdir: Flags.string({ char: 'w', helpValue: 'FOLDER', summary: 'Folder in the container.' }),
};

/** The terminal for a command; none where stdout is for our own document. */
export function foregroundOf(actions: Actions, mode: Mode, world: World): { readonly foreground?: Foreground } {
  return mode === 'text' ? { foreground: actions.createForeground(world.stdin.isTTY === true && world.stdout.isTTY === true) } : {};
}

/** The command has said all there is to say; its exit code is ours. */
export function taskOutcome(result: TaskResult): Outcome {
  return { data: result, exitCode: result.exitCode };
}

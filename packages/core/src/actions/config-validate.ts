import { invalid } from '../config/read.js';
import { isStagecraftError } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import { loadConfig, settingsOf } from './settings.js';
import type { Workspace } from './types.js';

export interface ConfigValidated {
  /** Path of the config, relative to the project folder. */
  readonly file: string;
  readonly environments: readonly string[];
  /** Warnings; errors are thrown. */
  readonly findings: readonly Finding[];
}

/**
 * Checks the config and every environment of it, or the one that the workspace names.
 * @throws StagecraftError `user`; `findings` hold the errors of the file, or, when the file alone is right, of all its environments.
 */
export async function configValidate(workspace: Workspace): Promise<ConfigValidated> {
  const { config, index } = await loadConfig(workspace);
  const environments = workspace.environment === undefined ? config.environments : [workspace.environment];
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  for (const environment of environments) {
    try {
      warnings.push(...(await settingsOf(workspace, config, index, environment)).findings);
    } catch (error) {
      if (!isStagecraftError(error) || error.kind !== 'user') throw error;
      const own: Finding = { severity: 'error', code: error.code, message: error.message, next: error.next, ...(error.location === undefined ? {} : { location: error.location }) };
      errors.push(...(error.findings.length > 0 ? error.findings : [own]));
    }
  }
  if (errors.length > 0) throw invalid(config.file, distinct(errors));
  return { file: config.file, environments, findings: distinct(warnings) };
}

/** What several environments share is said once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

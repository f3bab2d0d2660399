import type { ComposeModel } from '../compose/model.js';

/** What a look at a project's folder found. */
export interface Facts {
  /** Names that the project gives itself, the surest first. */
  readonly names: readonly { readonly name: string; readonly from: string }[];
  /** Under which name `docker compose up` runs the project here. */
  readonly stack: string | undefined;
  /** Compose files that are taken, in merge order. */
  readonly compose: readonly string[];
  /** Other Compose files that are there and left out, each with the reason. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
  readonly model: ComposeModel;
  readonly dockerfiles: readonly Dockerfile[];
  readonly migrations: readonly { readonly path: string; readonly tool: string }[];
  /** `.env.production` and the like: files with variables of an environment. */
  readonly envFiles: readonly string[];
  /** Names of the scripts in package.json. */
  readonly scripts: readonly string[];
}

export interface Dockerfile {
  readonly path: string;
  /** TCP ports of its last stage, ascending. */
  readonly exposes: readonly number[];
  readonly healthcheck: boolean;
}

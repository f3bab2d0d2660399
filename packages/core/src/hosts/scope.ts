/**
 * Where a host keeps Stagecraft's state and what its shared things are called. `STAGECRAFT_HOST_DIR` gives another folder, and with it other names
 * for proxy project, network and lock, so that set-ups on one engine never meet.
 */
export interface Scope {
  /** Absolute state folder on the host. */
  readonly root: string;
  /** `<root>/<project>/<environment>` */
  readonly folder: string;
  /** `stagecraft-proxy`, with a suffix where the folder is not the default one. */
  readonly proxyProject: string;
  /** `00stagecraft`, with the same suffix: its name sorts first, so that joining edges never moves the proxy's default gateway. */
  readonly proxyNetwork: string;
  readonly proxyContainer: string;
  /** `<composeProject>-edge` */
  readonly edge: string;
  /** Value of the label `stagecraft.dir` on every container: short hash of the root. */
  readonly dir: string;
}

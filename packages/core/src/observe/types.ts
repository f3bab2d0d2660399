import type { Desired } from '../compose/model.js';
import type { RouteTable } from '../plugin-api/route.js';
import type { ContainerState, EngineInfo } from '../ports/containers.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';

/** What is there. `live`: asked now. `record`: from the local cache of the history. `none`: nothing is known. */
export interface Observation {
  readonly basis: 'live' | 'record' | 'none';
  /** Sorted by name. */
  readonly hosts: readonly HostObservation[];
  /** Newest first. */
  readonly history: readonly ReleaseRecord[];
}

export interface HostObservation {
  readonly name: string;
  readonly reachable: boolean;
  readonly identity?: string;
  readonly engine?: EngineInfo;
  /** Containers of the environment's Compose project, of any status. Empty unless live. */
  readonly containers: readonly ContainerState[];
  /** Named volumes that exist, of the environment's Compose project. */
  readonly volumes: readonly string[];
  /** Image id by reference, of those asked for that are there. */
  readonly images: Readonly<Record<string, string>>;
  /** Routes that the proxy's folder holds now for this environment. */
  readonly table?: RouteTable;
  /** The provider and folder of the proxy that runs on the host, when one does. */
  readonly proxy?: { readonly provider: string; readonly running: boolean; readonly digest: string };
  /** The release that serves, and its sealed model. */
  readonly serving?: { readonly release: string; readonly version: string; readonly desired: Desired };
  readonly open?: OpenRecord;
}

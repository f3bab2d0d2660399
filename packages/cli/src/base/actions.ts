import type {
  AdoptOptions,
  AdoptResult,
  BuildOptions,
  BuildResult,
  ConfigShown,
  DeployOptions,
  DeployResult,
  Exec,
  ExecCommandOptions,
  Files,
  Finding,
  Foreground,
  HistoryOptions,
  HistoryResult,
  HostAdopted,
  HostForgotten,
  HostMemberOptions,
  HostsSetupOptions,
  HostsSetupResult,
  InitOptions,
  InitResult,
  Io,
  LockStatus,
  LogEntry,
  LogsOptions,
  MaintenanceOptions,
  MaintenanceResult,
  OneOffOptions,
  Plan,
  PlanOptions,
  ProxyStatus,
  ProxyUpgradeOptions,
  ProxyUpgradeResult,
  PruneOptions,
  PruneResult,
  ReleasesDiff,
  ReleasesResult,
  ReleaseStory,
  RollbackOptions,
  ScaleOptions,
  Ssh,
  SshCommandOptions,
  SshCommandResult,
  StatePulled,
  StatusResult,
  TaskResult,
  WatchOptions,
  Workspace,
} from '@stagecraft/core';

/** What the commands call in core: one function a verb, the adapters, and the renderings of a plan. */
export interface Actions {
  planAction(ws: Workspace, options: PlanOptions): Promise<Plan>;
  deploy(ws: Workspace, options: DeployOptions): Promise<DeployResult>;
  rollback(ws: Workspace, options: RollbackOptions): Promise<DeployResult>;
  build(ws: Workspace, options: BuildOptions): Promise<BuildResult>;
  listReleases(ws: Workspace): Promise<ReleasesResult>;
  showRelease(ws: Workspace, id: string): Promise<ReleaseStory>;
  scale(ws: Workspace, options: ScaleOptions): Promise<DeployResult>;
  hostsAdopt(ws: Workspace, options: HostMemberOptions): Promise<HostAdopted>;
  hostsForget(ws: Workspace, options: HostMemberOptions): Promise<HostForgotten>;
  hostsSetup(ws: Workspace, options: HostsSetupOptions): Promise<HostsSetupResult>;
  prune(ws: Workspace, options: PruneOptions): Promise<PruneResult>;
  history(ws: Workspace, options: HistoryOptions): Promise<HistoryResult>;
  diffReleases(ws: Workspace, from: string, to: string): Promise<ReleasesDiff>;
  statePull(ws: Workspace): Promise<StatePulled>;
  status(ws: Workspace): Promise<StatusResult>;
  watchStatus(ws: Workspace, options: WatchOptions): AsyncIterable<StatusResult>;
  logs(ws: Workspace, options: LogsOptions): AsyncIterable<LogEntry>;
  execCommand(ws: Workspace, options: ExecCommandOptions): Promise<TaskResult>;
  runTask(ws: Workspace, options: OneOffOptions): Promise<TaskResult>;
  sshCommand(ws: Workspace, options: SshCommandOptions): Promise<SshCommandResult>;
  lockStatus(ws: Workspace): Promise<LockStatus>;
  lockTake(ws: Workspace, options: { readonly id?: string }): Promise<LockStatus>;
  adopt(ws: Workspace, options: AdoptOptions): Promise<AdoptResult>;
  maintenance(ws: Workspace, options: MaintenanceOptions): Promise<MaintenanceResult>;
  proxyStatus(ws: Workspace): Promise<readonly ProxyStatus[]>;
  proxyUpgrade(ws: Workspace, options: ProxyUpgradeOptions): Promise<readonly ProxyUpgradeResult[]>;
  configValidate(ws: Workspace): Promise<{ readonly file: string; readonly findings: readonly Finding[]; readonly environments: readonly string[] }>;
  configShow(ws: Workspace): Promise<ConfigShown>;
  configSchema(): unknown;
  init(ws: Workspace, options: InitOptions): Promise<InitResult>;
  renderPlanText(plan: Plan): string;
  renderPlanJson(plan: Plan): string;
  renderPlanMermaid(plan: Plan): string;
  savePlan(plan: Plan): string;
  createExec(options: { readonly folder: string; readonly processEnv: Readonly<Record<string, string | undefined>> }): Exec;
  createFiles(folder: string): Files;
  createSsh(setup: { readonly exec: Exec; readonly files: Files; readonly processEnv: Readonly<Record<string, string | undefined>>; readonly io: Io }): Ssh;
  createForeground(tty: boolean): Foreground;
}

import { basename } from 'node:path';
import { Command, type Interfaces } from '@oclif/core';
import type { ExitCode, Workspace } from '@stagecraft/core';
import { fail, systemClock } from '@stagecraft/core/host';
import type { Actions } from './actions.js';
import { failureOf } from './failure.js';
import { globalFlags } from './flags.js';
import { readMode, type RawFlags } from './mode.js';
import { pluginsOf } from './plugins.js';
import { findProject, projectHere } from './project.js';
import { openSession, type Look, type Outcome, type Session } from './session.js';
import { worldOf, type World } from './world.js';

export type Flags<T extends typeof Command> = Interfaces.InferredFlags<(typeof StagecraftCommand)['baseFlags'] & T['flags']>;
export type Args<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

/** A verb: flags, one call of core, what to show. Everything else happens here, the same for all. */
export abstract class StagecraftCommand<T extends typeof Command> extends Command {
  static override baseFlags = globalFlags;
  /** The exit codes that this command can give; shown by --help and kept in the manifest. */
  static exitCodes: readonly ExitCode[] = [0, 1, 2, 3, 130, 143];
  /** False where nothing is changed, so that an interrupt need not wait. */
  static mutates = false;
  /** True where a program in a container has the terminal: signals are handed on to it, and its end is waited for. */
  static foreground = false;

  protected flags!: Flags<T>;
  protected args!: Args<T>;
  protected session!: Session;

  /** The command's own work. */
  protected abstract act(): Promise<Outcome>;

  override async run(): Promise<void> {
    const world = this.world;
    const raw = readMode(this.argv, world.env);
    const command = (this.id ?? '').replaceAll(':', ' ');
    const parsed = await this.tryParse();
    this.session = openSession(world, {
      command,
      version: this.config.version,
      mode: raw.mode,
      ...('flags' in parsed ? lookOf(parsed.flags as RawFlags) : lookOf(raw.flags)),
      colour: !raw.flags['no-color'],
      mutates: (this.constructor as typeof StagecraftCommand).mutates,
      foreground: (this.constructor as typeof StagecraftCommand).foreground,
    });
    try {
      if ('error' in parsed) throw parsed.error;
      if (raw.conflict !== undefined) throw fail({ code: 'SC5413', kind: 'user', message: raw.conflict, next: [`stagecraft ${command} --help`] });
      this.flags = parsed.flags as Flags<T>;
      this.args = parsed.args as Args<T>;
      await this.session.finish(await this.act());
    } catch (error) {
      const heard = this.session.interrupts.heard;
      await this.session.fail(failureOf(error, { command, ...(heard === undefined ? {} : { interruptedBy: heard }) }));
    }
  }

  protected get world(): World {
    return worldOf(this.config);
  }

  protected get look(): Look {
    return this.session.look;
  }

  protected actions(): Promise<Actions> {
    return this.world.actions();
  }

  /** The project of the command, as core's actions take it. `here`: the config may be absent. */
  protected async workspace(options: { readonly here?: boolean } = {}): Promise<Workspace> {
    const { createExec, createFiles, createSsh } = await this.actions();
    const project = await (options.here === true ? projectHere : findProject)(this.world.cwd, this.flags.config);
    this.session.begin(basename(project.folder));
    const plugins = pluginsOf(this.config, { fromSources: basename(this.config.root) === 'src' });
    this.session.debug('project found', { config: project.config, folder: project.folder, plugins: plugins.map((plugin) => `${plugin.name}@${plugin.version}`) });
    const world = { exec: createExec({ folder: project.folder, processEnv: this.world.env }), files: createFiles(project.folder), processEnv: this.world.env, io: this.session.io };
    return {
      ...project,
      ...world,
      ssh: createSsh(world),
      ...(this.flags.env === undefined ? {} : { environment: this.flags.env }),
      plugins,
      clock: systemClock,
      signal: this.session.interrupts.signal,
      yes: this.flags.yes,
      command: ['stagecraft', ...(this.id ?? '').split(':'), ...this.argv].join(' '),
    };
  }

  /** oclif leaves a switch that is not given undefined. */
  private switchesOff(): Record<string, false> {
    const { baseFlags, flags } = this.constructor as typeof Command;
    return Object.fromEntries(Object.entries({ ...baseFlags, ...flags }).flatMap(([name, flag]) => (flag.type === 'boolean' ? [[name, false as const]] : [])));
  }

  private async tryParse(): Promise<{ flags: object; args: object } | { error: unknown }> {
    try {
      const { flags, args } = await this.parse(this.constructor as typeof Command);
      return { flags: { ...this.switchesOff(), ...flags }, args };
    } catch (error) {
      // What was wrong is shown by us: oclif need not warn that nothing was parsed.
      this.parsed = true;
      return { error };
    }
  }
}

function lookOf(flags: RawFlags): { verbose: boolean; yes: boolean; environment: string | undefined } {
  return { verbose: flags.verbose === true, yes: flags.yes === true, environment: flags.env };
}

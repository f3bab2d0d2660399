import type { BackendProvider, BuildRequest, BuiltImage, Context } from '@stagecraft/core/plugin-api';
import { dockerBuild, settled } from './argv.js';
import { configSchema, type GenericConfig } from './schema.js';

/** Builds any Dockerfile with the operator's engine. */
export default {
  kind: 'backend',
  id: 'generic',
  api: '0.1.0',
  configSchema,
  build,
} satisfies BackendProvider<GenericConfig>;

async function build(ctx: Context<GenericConfig>, asked: BuildRequest): Promise<BuiltImage> {
  const request = settled(ctx.config, asked);
  const onLine = (line: string): void => ctx.io.event({ type: 'output', code: 'generic/build', data: { step: request.tag, line, stream: 'stderr' } });
  const { argv, variables } = dockerBuild(request);
  const built = await ctx.exec(argv, { variables, onLine, timeoutMs: 30 * 60_000 });
  // The Dockerfile is not to blame for a full disk.
  if (built.exitCode !== 0 && /no space left on device/i.test(built.stderr))
    throw ctx.fail({ kind: 'external', code: 'generic/disk-full', message: `The image of ${request.services.join(', ')} did not build: the engine's disk is full:\n${lastLines(built.stderr)}`, next: ['docker system df', 'stagecraft prune', 'docker builder prune'] });
  if (built.exitCode !== 0)
    throw ctx.fail({
      kind: 'user',
      code: 'generic/build-failed',
      message: `The image of ${request.services.join(', ')} did not build (docker build ended with exit code ${built.exitCode}):\n${lastLines(built.stderr || built.stdout)}`,
      next: [`docker build ${request.dockerfile ? `--file ${request.dockerfile} ` : ''}${request.context}`],
    });
  const inspected = await ctx.exec(['docker', 'image', 'inspect', '--format={{.Id}}', request.tag]);
  const id = inspected.stdout.trim();
  if (inspected.exitCode !== 0 || !id.startsWith('sha256:'))
    throw ctx.fail({ kind: 'external', code: 'generic/image-absent', message: `docker build of ${request.tag} succeeded, but the engine does not have the image: ${inspected.stderr.trim()}`, next: ['docker images', 'Does `docker build` write to another builder than the engine? Try: docker buildx use default'] });
  return { tag: request.tag, id, services: request.services };
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}

import { interleaved, median, rounded } from '../measure.js';
import type { Part } from '../part.js';
import { stepsOfOne, writePast } from '../past.js';
import { shownMs } from '../row.js';
import { setScene } from '../scene.js';

const releases = 10_000;

/** A long history, listed: by the host's own records and its journal, over what the same command takes with a history of one release. */
export const history: Part = {
  name: 'history',
  async measure(setting) {
    const scene = setScene(setting);
    try {
      scene.write('stagecraft.yml', `version: 1\nproject: { name: ${scene.name} }\nenvironments:\n  prod: { driver: local }\n`);
      scene.write('docker-compose.yml', 'services: { web: { image: "busybox:1.35" } }\n');
      const host = (name: string): NodeJS.ProcessEnv => ({ STAGECRAFT_HOST_DIR: `${scene.host}/${name}` });
      const list = async (name: string, count: number): Promise<number> => {
        const { ms, stdout } = await scene.stagecraft(['releases', 'list'], host(name));
        const listed = stdout.split('\n').filter((line) => line.includes('rel-2030')).length;
        if (listed !== count) throw new Error(`releases list shows ${listed} of ${count} releases`);
        return ms;
      };
      writePast(`${scene.host}/one`, scene.name, 'prod', 1, stepsOfOne);
      writePast(`${scene.host}/many`, scene.name, 'prod', releases, stepsOfOne);
      const samples = await interleaved(setting.quick ? 2 : 7, { one: () => list('one', 1), many: () => list('many', releases) });
      const [one, many] = [median(samples.one), median(samples.many)];
      return [
        {
          part: 'history',
          what: `${releases.toLocaleString('en')} releases listed, by the host`,
          baseline: `1 release: ${shownMs(one)}`,
          ours: `${shownMs(many)}, ${shownMs(many - one)} over it`,
          ratio: many / one,
          aim: 'under 300 ms over it',
          met: many - one < 300,
          figures: { basis: 'live', journalRecordsEach: stepsOfOne * 2 + 5, oneMs: rounded(samples.one), manyMs: rounded(samples.many) },
        },
      ];
    } finally {
      await scene.clear();
    }
  },
};

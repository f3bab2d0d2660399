import type { ProxyPlace, ProxyService } from '@stagecraft/core/plugin-api';
import { baseConfig } from './base-config.js';
import type { Config } from './config.js';
import { folder, loadedFolder, mapFile, runtimePort } from './names.js';

/** HAProxy in master-worker mode: one file for all, and below `routes/` the files of each project. */
export function service(config: Config, place: ProxyPlace): ProxyService {
  return {
    image: config.image,
    command: ['sh', '-c', start(place)],
    ports: [`${place.listen.http}:${place.listen.http}`],
    folder,
    files: [
      { path: 'haproxy.cfg', content: baseConfig(config, place) },
      { path: 'routes/stagecraft.map', content: '# Written by Stagecraft: the map is never without a file.\n' },
      { path: 'routes/stagecraft.cfg', content: '# Written by Stagecraft: the folder is never without a file.\n' },
    ],
  };
}

function start(place: ProxyPlace): string {
  const copy = `rm -rf ${loadedFolder} && mkdir ${loadedFolder} && cp ${folder}/routes/*.cfg ${loadedFolder} && cat ${folder}/routes/*.map >${mapFile}`;
  return `${copy} && exec haproxy -W -db -S ipv4@127.0.0.1:${runtimePort(place)},level,admin -f ${folder}/haproxy.cfg -f ${loadedFolder}`;
}

import type { ProxyPlace, ProxyService } from '@stagecraft/core/plugin-api';
import { baseConfig } from './base-config.js';
import type { Config } from './config.js';
import { folder, mapFile, runtimePort } from './names.js';

/** HAProxy in master-worker mode: one file for all, and below `routes/` the files of each project. */
export function service(config: Config, place: ProxyPlace): ProxyService {
  return {
    image: config.image,
    command: ['sh', '-c', `cat ${folder}/routes/*.map >${mapFile} && exec haproxy -W -db -S ipv4@127.0.0.1:${runtimePort(place)},level,admin -f ${folder}/haproxy.cfg -f ${folder}/routes`],
    ports: [`${place.listen.http}:${place.listen.http}`],
    folder,
    files: [
      { path: 'haproxy.cfg', content: baseConfig(config, place) },
      { path: 'routes/stagecraft.map', content: '# Written by Stagecraft: the map is never without a file.\n' },
      { path: 'routes/stagecraft.cfg', content: '# Written by Stagecraft: the folder is never without a file.\n' },
    ],
  };
}

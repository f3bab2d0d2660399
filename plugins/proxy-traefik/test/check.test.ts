import { describe, expect, it } from '@jest/globals';
import proxy from '../src/proxy.js';

const at = (line: number): { file: string; line: number; column: number } => ({ file: 'docker-compose.yml', line, column: 7 });

describe('DEPLOY_ROLLOUT: the label trap', () => {
  it('is told at the first traefik.* label of each service', () => {
    const services = [
      { name: 'web', labels: { 'com.example': 'x', 'traefik.http.routers.web.rule': 'Host(`a`)', 'traefik.enable': 'true' }, location: at(3), labelLocations: { 'traefik.enable': at(9), 'traefik.http.routers.web.rule': at(8) } },
      { name: 'db', labels: { traefiklike: 'no' }, location: at(20), labelLocations: {} },
      { name: 'api', labels: { 'Traefik.Enable': 'true' }, location: at(30), labelLocations: {} },
    ];
    expect(proxy.check({ services })).toEqual([
      expect.objectContaining({ severity: 'warning', code: 'traefik/label-trap', service: 'web', location: at(9), message: expect.stringContaining('traefik.enable and 1 more') }),
      expect.objectContaining({ severity: 'warning', code: 'traefik/label-trap', service: 'api', location: at(30) }),
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { offerOf, type PackageOffer } from '../../../src/hosts/setup/packages.js';
import { planSetup, refusalOf, stateFolderOf, warningsOf, type SetupChange, type SetupRefusal } from '../../../src/hosts/setup/plan.js';
import { changeText } from '../../../src/hosts/setup/scripts.js';
import { surveyOf, type SetupSurvey } from '../../../src/hosts/setup/survey.js';

const bare: SetupSurvey = {
  login: 'deploy', power: 'sudo', system: { id: 'debian', version: '13', codename: 'trixie' }, systemd: true, engine: '', installed: false, package: '', compose: '', liveRestore: false,
  user: { exists: true, root: false, member: false }, folder: '', releases: '', missing: [],
};
const ready: SetupSurvey = { ...bare, engine: '26.1.5', installed: true, package: 'docker.io', compose: '2.26.1', liveRestore: true, settings: '{"live-restore":true}', user: { exists: true, root: false, member: true }, folder: 'docker 2770' };
const offer: PackageOffer = { names: ['docker.io', 'docker-cli', 'docker-compose'], engine: '26.1.5+dfsg1-9+b1', compose: '2.26.1-4', replaced: [], added: 12, source: '' };
const old: PackageOffer = { names: ['docker.io', 'docker-compose'], engine: '20.10.24+dfsg1-1', compose: '1.29.2-3', replaced: [], added: 40, source: '' };

const plan = (survey: SetupSurvey, found: PackageOffer | undefined = offer, suite = ''): readonly SetupChange[] | SetupRefusal => planSetup(survey, found, { host: 'web-1', user: 'deploy', suite });
const texts = (changes: readonly SetupChange[] | SetupRefusal): readonly string[] => ('code' in changes ? [changes.message] : changes.map(changeText));

describe('HOSTS_SETUP: what a host lacks', () => {
  it('is everything, where there is only SSH', () => {
    expect(texts(plan(bare))).toEqual([
      'install docker.io, docker-cli, docker-compose',
      'set live-restore in /etc/docker/daemon.json',
      'put deploy into the group docker',
      'make /var/lib/stagecraft, writable for the group docker',
    ]);
  });

  it('is nothing, where it was set up', () => {
    expect(plan(ready, undefined)).toEqual([]);
  });

  it('keeps all other settings of the engine', () => {
    const [change] = plan({ ...ready, liveRestore: false, settings: '{ "log-level": "warn", "live-restore": false }' }, undefined) as readonly SetupChange[];
    expect(change).toMatchObject({ kind: 'settings', before: '{ "log-level": "warn", "live-restore": false }', text: '{\n  "log-level": "warn",\n  "live-restore": true\n}\n' });
  });

  it('is no engine of docker.io beside another that is too old', () => {
    expect(plan({ ...ready, engine: '23.0.6', package: 'docker-ce' })).toMatchObject({ code: 'SC5100', message: expect.stringContaining('is of the package docker-ce'), next: ['On the host, as root: apt-get install --only-upgrade docker-ce'] });
    expect(plan({ ...ready, engine: '23.0.6', package: '' })).toMatchObject({ code: 'SC5100' });
    expect(texts(plan({ ...ready, engine: '23.0.6' }))).toEqual(['install docker.io, docker-cli']);
  });

  it('leaves settings that it cannot read', () => {
    for (const settings of ['{ "a": ', '[]', 'null']) expect(plan({ ...ready, liveRestore: false, settings }, undefined)).toMatchObject({ code: 'SC5093' });
  });

  it('is told with the suite to take, where the own packages are too old', () => {
    expect(plan({ ...bare, system: { id: 'debian', version: '12', codename: 'bookworm' } }, old)).toEqual({
      code: 'SC5092',
      message: 'web-1 is Debian 12 (bookworm), and its own packages are too old: docker.io 20.10.24+dfsg1-1, Compose 1.29.2-3. Needed are engine 24 and Compose 2.20, or later.',
      next: [
        'From a newer suite, which also replaces packages that they need (it shows which, and asks): stagecraft hosts setup --host web-1 --suite trixie',
        'or install the packages of Docker itself on it, then run this again',
      ],
    });
  });

  it('names what another suite replaces', () => {
    expect(texts(plan(bare, { ...offer, replaced: ['libc6'] }, 'trixie'))[0]).toBe('install docker.io, docker-cli, docker-compose from trixie, which replaces 1 by newer ones: libc6');
  });

  it('is Compose alone, or a start, where the engine is there', () => {
    expect(texts(plan({ ...ready, compose: '' }))).toEqual(['install docker-compose']);
    expect(texts(plan({ ...ready, engine: '' }, undefined))).toEqual(['start the engine']);
    expect(texts(plan({ ...ready, missing: ['flock'] }))).toEqual(['install coreutils, util-linux']);
  });

  it('is no /var/lib/stagecraft, where releases lie in the folder of the user', () => {
    const own = { ...ready, folder: '', releases: '/home/deploy/.stagecraft' };
    const of = { host: 'web-1', user: 'deploy' };
    expect(plan(own, undefined)).toEqual([]);
    expect(stateFolderOf(own)).toBe('/home/deploy/.stagecraft');
    expect(warningsOf(own, of)).toEqual(['Releases of deploy lie in /home/deploy/.stagecraft of web-1: /var/lib/stagecraft is not made, as the next deploy would look for them there and be refused (SC3514).']);
    const both = { ...own, folder: 'docker 2770' };
    expect(stateFolderOf(both)).toBe('/var/lib/stagecraft');
    expect(warningsOf(both, of)).toEqual([expect.stringContaining('STAGECRAFT_HOST_DIR=/home/deploy/.stagecraft')]);
    expect(warningsOf(ready, of)).toEqual([]);
  });

  it('puts root into no group', () => {
    expect(texts(plan({ ...ready, user: { exists: true, root: true, member: false } }, undefined))).toEqual([]);
  });
});

describe('HOSTS_SETUP: hosts that are refused', () => {
  const why = (over: Partial<SetupSurvey>): SetupRefusal | undefined => refusalOf({ ...bare, ...over }, { host: 'web-1', user: 'deploy' });

  it('are those of other systems, without the user, or without a way to be root', () => {
    expect(why({})).toBeUndefined();
    expect(why({ power: 'password' })).toMatchObject({ code: 'SC5091', message: 'sudo on web-1 asks deploy for a password.' });
    expect(why({ power: 'none' })).toMatchObject({ code: 'SC5091', message: 'deploy is not root on web-1, and there is no sudo.', next: ['stagecraft hosts setup --host web-1 --as root'] });
    expect(why({ system: { id: 'alpine', version: '3.20', codename: '' } })?.message).toBe('web-1 is alpine 3.20: hosts setup knows Debian and Ubuntu.');
    expect(why({ user: { exists: false, root: false, member: false } })?.message).toBe('web-1 has no user deploy.');
  });
});

describe('HOSTS_SETUP: answers of hosts', () => {
  it('are read, with settings of any text', () => {
    const text = `login=deploy\npower=sudo\nid=debian\nversion=13\ncodename=trixie\ninstalled=yes\npackage=docker.io\nengine=26.1.5\ncompose=2.26.1\nlive=true\nsettings=${Buffer.from('{"live-restore":true}').toString('base64')}\nexists=yes\nmember=yes\nfolder=docker 2770\nsystemd=yes\n`;
    expect(surveyOf(text)).toEqual(ready);
  });

  it('say what would be replaced', () => {
    expect(offerOf('source=deb http://mirror.test/ trixie main\nengine=26.1.5\ncompose=2.26.1\nnames= docker.io docker-compose\nadded=runc\nreplaced=libc6\nreplaced=libapparmor1\n')).toEqual({ names: ['docker.io', 'docker-compose'], engine: '26.1.5', compose: '2.26.1', replaced: ['libapparmor1', 'libc6'], added: 1, source: 'deb http://mirror.test/ trixie main' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAffected } from '../../../src/daemon/fleet/affected.ts';

const READ = new Set(['apps/shop/web.yaml', 'bases/web/deployment.yaml']);

describe('isAffected', () => {
  const cases: readonly { name: string; folder: string; changed: readonly string[] | undefined; want: boolean }[] = [
    { name: 'a file of its folder', folder: 'apps/shop', changed: ['apps/shop/new.yaml'], want: true },
    { name: 'a file of a base', folder: 'apps/shop', changed: ['bases/web/deployment.yaml'], want: true },
    { name: 'a file of a folder that only begins alike', folder: 'apps/shop', changed: ['apps/shop2/web.yaml'], want: false },
    { name: 'a file of another unit', folder: 'apps/shop', changed: ['apps/bank/web.yaml'], want: false },
    { name: 'any file, of a unit that is the whole repository', folder: '.', changed: ['README.md'], want: true },
    { name: 'no file', folder: '.', changed: [], want: false },
    { name: 'it is not known which', folder: 'apps/shop', changed: undefined, want: true },
  ];
  for (const { name, folder, changed, want } of cases) it(name, () => assert.equal(isAffected(folder, READ, changed), want));

  it('yes: what the unit was read from is not known', () => assert.equal(isAffected('apps/shop', undefined, ['README.md']), true));
});

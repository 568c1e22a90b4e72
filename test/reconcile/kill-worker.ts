import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';
import { carryOut, planUnit } from './embedded-unit.ts';
import { toVariant } from './kill-variants.ts';

/** Applies one variant of the unit to the embedded cluster in a directory, and says when it begins to write: a process to kill. */
const [directory = '', variant = '0'] = process.argv.slice(2);
const objects = toVariant(Number(variant));
const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
const plan = await planUnit(cluster, objects);
process.stdout.write('begins\n');
await carryOut(cluster, plan, objects);
await cluster.close();

export { openEmbeddedCluster, type EmbeddedCluster, type EmbeddedClusterOptions } from './embedded-cluster.ts';
export type { Settled, SettleOptions } from './stepper.ts';

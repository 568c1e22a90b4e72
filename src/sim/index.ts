export { openEmbeddedCluster, type EmbeddedCluster } from './embedded-cluster.ts';

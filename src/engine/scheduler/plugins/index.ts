import type { Plugin } from '../plugin.ts';
import { DYNAMIC_RESOURCES } from './dynamic-resources.ts';
import { IMAGE_LOCALITY } from './image-locality.ts';
import { INTER_POD_AFFINITY } from './inter-pod-affinity.ts';
import { NODE_AFFINITY } from './node-affinity.ts';
import { NODE_DECLARED_FEATURES } from './node-declared-features.ts';
import { NODE_NAME } from './node-name.ts';
import { NODE_PORTS } from './node-ports.ts';
import { NODE_RESOURCES_BALANCED_ALLOCATION } from './node-resources-balanced-allocation.ts';
import { NODE_RESOURCES_FIT } from './node-resources-fit.ts';
import { NODE_UNSCHEDULABLE } from './node-unschedulable.ts';
import { NODE_VOLUME_LIMITS } from './node-volume-limits.ts';
import { POD_TOPOLOGY_SPREAD } from './pod-topology-spread.ts';
import { TAINT_TOLERATION } from './taint-toleration.ts';
import { VOLUME_BINDING } from './volume-binding.ts';
import { VOLUME_RESTRICTIONS } from './volume-restrictions.ts';
import { VOLUME_ZONE } from './volume-zone.ts';

/** The plugins that are simulated, in the order of the default profile. */
export const PLUGINS: readonly Plugin[] = [
  NODE_UNSCHEDULABLE,
  NODE_NAME,
  TAINT_TOLERATION,
  NODE_AFFINITY,
  NODE_PORTS,
  NODE_RESOURCES_FIT,
  VOLUME_RESTRICTIONS,
  NODE_VOLUME_LIMITS,
  VOLUME_BINDING,
  VOLUME_ZONE,
  POD_TOPOLOGY_SPREAD,
  INTER_POD_AFFINITY,
  DYNAMIC_RESOURCES,
  NODE_RESOURCES_BALANCED_ALLOCATION,
  IMAGE_LOCALITY,
  NODE_DECLARED_FEATURES,
];

export { listConnectionChanges, nameOfEnd } from './changes.ts';
export { openConnections, visitConnections, type Connection, type ConnectionEnd } from './connections.ts';
export { createNetworkEngine } from './effects.ts';
export { keepEnforced, listUnenforced, NETWORK_PLUGINS, NO_NETWORK_SETTINGS, POLICY_KINDS, type NetworkSettings } from './enforcement.ts';
export { networkEngine } from './engine.ts';
export { NETWORK_LEAVES_OUT } from './left-out.ts';
export { ALL_V4, formatAddresses } from './address.ts';
export { findFault, parseFocusConnection, printGuardDiff, printGuardList, type GuardFormat, type GuardOptions } from './npguard/index.ts';
export { formatPorts, isProtocol, listPortRanges, PROTOCOLS, type PortSet, type Protocol } from './port-set.ts';
export { isAllowed, type Flow, type MatchingRule, type SideVerdict, type Verdict } from './reach.ts';
export { countPolicies } from './side.ts';
export { listWorkloads } from './workload.ts';
export type { WalkStep } from './traffic/step.ts';
export { walkPacket } from './traffic/walk.ts';
export type { Exposure } from './traffic/exposure.ts';
export { listExposures } from './traffic/exposures.ts';
export { createReachEngine, listBrokenReach } from './invariant/engine.ts';
export type { EndPattern, ReachRule } from './invariant/rule.ts';
export { findStaged, withStaged } from './plugin/staged.ts';
export { listPolicyChecks } from './policy-check.ts';
export { listChangeCauses } from './change-cause.ts';
export {
  readDeclaredWishes,
  readFlowLog,
  readLoggedWishes,
  suggestPolicies,
  type FlowLog,
  type Suggestion,
  type Wishes,
} from './suggest/index.ts';

export { createAdmissionEngine } from './engine.ts';
export { listAdmissionFindings } from './findings.ts';
export { readGatekeepers, type Gatekeeper } from './gatekeeper.ts';
export { findSight, selectsAlike, type AdmissionRequest, type Sight } from './sight.ts';
export type { Patcher } from './policy/mutate.ts';
export { createMutatedView, type MutatedSetting } from './policy/mutated-worlds.ts';
export { findServiceFault } from './webhook-service.ts';

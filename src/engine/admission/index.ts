export { createAdmissionEngine } from './engine.ts';
export { readGatekeepers, type Gatekeeper } from './gatekeeper.ts';
export { findSight, selectsAlike, type AdmissionRequest } from './sight.ts';
export { findServiceFault } from './webhook-service.ts';

export { readFlowLog, type FlowLog } from './flow-log.ts';
export { readDeclaredWishes, readLoggedWishes, type Wishes } from './wishes.ts';
export { suggestPolicies, type Suggestion } from './suggest.ts';

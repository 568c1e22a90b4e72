export { isAllowed, type Flow, type SideVerdict, type Verdict } from './reach.ts';
export { PROTOCOLS, type Protocol } from './port-set.ts';

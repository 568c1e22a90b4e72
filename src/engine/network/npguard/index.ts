export { findFault } from './faults.ts';
export { parseFocusConnection, printGuardDiff, printGuardList, type GuardFormat, type GuardOptions } from './print.ts';

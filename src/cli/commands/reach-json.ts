export { toReachJson } from '../../report/index.ts';

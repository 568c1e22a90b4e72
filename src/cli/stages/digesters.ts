export { createDigester, createJudge } from '../../validate/index.ts';

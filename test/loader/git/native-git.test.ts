import { describeGitSource } from '../git-source-contract.ts';

describeGitSource('native');

export { AppLogin } from './app-login.ts';
export { toCheckAnnotations } from './annotation.ts';
export { toJobSummary } from './job-summary.ts';
export { publishCheck, type CheckReport } from './publish.ts';
export { readWorkflowRun } from './pull-request.ts';
export { toErrorCommand, toWorkflowCommands } from './workflow-commands.ts';

export { toJobSummary } from './job-summary.ts';
export { toWorkflowCommands } from './workflow-commands.ts';

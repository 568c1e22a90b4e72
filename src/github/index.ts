export { JOB_SUMMARY_LIMIT, toJobSummary } from './job-summary.ts';
export { toWorkflowCommands } from './workflow-commands.ts';

import { listBlockers, type Plan } from '../model/index.ts';

/** The codes of the errors that stop a plan though what is allowed is let through, each once. */
export function listOpenCodes(plan: Plan, allowed: readonly string[] = []): readonly string[] {
  return [...new Set(listBlockers(plan, new Set(allowed)).map(({ code }) => code))];
}

/**
 * The flags with which kapply goes on despite all of these codes, those that are given already included: `--force-conflicts --allow KS0001`.
 * A conflict that were only allowed would be refused by the API server.
 */
export function toAllowFlags(codes: readonly string[], given: readonly string[] = []): string {
  return [...new Set([...given, ...codes])].map((code) => (code === 'KP0101' ? '--force-conflicts' : `--allow ${code}`)).join(' ');
}

/** Why kapply would refuse the plan of a path or file, and how it would not; undefined for one that it takes. */
export function describeRefusal(plan: Plan, target: string): string | undefined {
  const codes = listOpenCodes(plan);
  const [first] = codes;
  if (first === undefined) return undefined;
  const errors = listBlockers(plan, new Set()).length;
  const command = `kapply${target === '' ? '' : ` ${target}`} ${toAllowFlags(codes)}`;
  return `Not to be applied as it is: ${errors} error${errors === 1 ? '' : 's'}. \`kplan explain ${first}\` says more; \`${command}\` would go on all the same.`;
}

import { identityOf, type ManagedEntry } from './managers.ts';
import { formatFieldPath, type FieldPath } from './path-element.ts';

/** A field that another manager owns with another value. */
export interface FieldConflict {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  /** When the manager last wrote, RFC 3339; absent where its entry does not say. */
  readonly time?: string;
  readonly path: FieldPath;
}

/** Conflicts with the fields of an entry, one for each path. */
export function toConflicts(entry: ManagedEntry): readonly FieldConflict[] {
  const { fields, ...who } = entry;
  return fields.paths().map((path) => ({ ...who, path }));
}

/** The message of the API server's refusal (apimachinery `managedfields`, getConflictMessage). */
export function formatConflicts(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first === undefined) return '';
  if (conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${formatManager(first)}: ${formatFieldPath(first.path)}`;
  const groups = new Map<string, FieldConflict[]>();
  for (const conflict of conflicts) {
    const identity = identityOf(conflict);
    groups.set(identity, [...(groups.get(identity) ?? []), conflict]);
  }
  const lines = [...groups.keys()].toSorted().flatMap((identity) => formatGroup(groups.get(identity) ?? []));
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function formatGroup(group: readonly FieldConflict[]): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  return [`conflicts with ${formatManager(first)}:`, ...group.map((conflict) => `- ${formatFieldPath(conflict.path)}`)];
}

function formatManager(conflict: FieldConflict): string {
  const subresource = conflict.subresource === undefined ? '' : ` with subresource ${JSON.stringify(conflict.subresource)}`;
  const version = conflict.operation === 'Update' ? ` using ${conflict.apiVersion}` : '';
  return `${JSON.stringify(conflict.manager)}${subresource}${version}`;
}

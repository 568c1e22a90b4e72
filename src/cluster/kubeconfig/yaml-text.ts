import { boolYaml11Tag, CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';

/** A text that is not YAML: why and in which line, without any of the text. */
export interface YamlFault {
  readonly fault: string;
  readonly line: number | undefined;
}

// As Go's YAML reads for Kubernetes: `yes` and `on` are booleans, a date is a string, of two equal keys the later counts.
const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, mergeTag);

/** The first document of a YAML or JSON text; undefined for a text without one. */
export function readYamlText(text: string): { readonly value: unknown } | YamlFault {
  try {
    return { value: loadAll(text.replace(/^\uFEFF/, ''), { schema: SCHEMA, json: true, maxAliases: 1000 })[0] };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { fault: 'it cannot be understood', line: undefined };
    return { fault: withoutQuotes(error.reason), line: error.mark === undefined ? undefined : error.mark.line + 1 };
  }
}

// What a reason quotes (an alias, a tag, a key) comes from the text, which may be a secret.
function withoutQuotes(reason: string): string {
  return reason.replace(/\s*["'`<!].*$/s, '').replace(/[:(\s]+$/, '') || 'it cannot be understood';
}

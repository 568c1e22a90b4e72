const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LONGEST_NAME = 63;
const LONGEST_SUBDOMAIN = 253;

/** Whether a text may be the key of a label: a name, or `prefix/name` (`IsQualifiedName`). */
export function isLabelKey(text: string): boolean {
  const [first = '', second, ...more] = text.split('/');
  if (more.length > 0) return false;
  if (second === undefined) return isName(first);
  return first.length <= LONGEST_SUBDOMAIN && SUBDOMAIN.test(first) && isName(second);
}

/** Whether a text may be the value of a label (`IsValidLabelValue`). */
export function isLabelValue(text: string): boolean {
  return text === '' || isName(text);
}

function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && NAME.test(text);
}

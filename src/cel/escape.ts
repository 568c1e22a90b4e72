const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

const SIGNS: Readonly<Record<string, string>> = { __: '__underscores__', '.': '__dot__', '-': '__dash__', '/': '__slash__' };
const NAMES: ReadonlyMap<string, string> = new Map(Object.entries<string>({ underscores: '__', dot: '.', dash: '-', slash: '/' }));

/** Whether a property is called as a word of the language is. */
export function isReserved(property: string): boolean {
  return RESERVED.has(property);
}

/** The name by which an expression selects a property; undefined for what none can (`k8s.io/apiserver/pkg/cel.Escape`). */
export function escapeProperty(property: string): string | undefined {
  if (property === '' || /^\d/.test(property) || /[^\w./-]/.test(property)) return undefined;
  if (RESERVED.has(property)) return `__${property}__`;
  return property.replace(/__|[-./]/g, (sign) => SIGNS[sign] ?? sign);
}

/** The property that such a name stands for; undefined if it escapes what nothing escapes to. */
export function unescapeProperty(name: string): string | undefined {
  let isSound = true;
  const property = name.replace(/__[^_]+__/g, (escape) => {
    const content = escape.slice(2, -2);
    const sign = NAMES.get(content);
    if (sign === undefined && !(RESERVED.has(content) && escape === name)) isSound = false;
    return sign ?? content;
  });
  return isSound ? property : undefined;
}

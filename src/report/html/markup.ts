import { toVisible } from '../../std/index.ts';

/** Text that is markup already: whatever is not is escaped on its way into it. */
export interface Markup {
  readonly html: string;
}

type Part = Markup | string | undefined | readonly Part[];

/** End tags that the next tag implies (HTML, 13.1.2.4 Optional tags): a table of each change has a dozen of them. */
const IMPLIED = /<\/(?:li|tbody|td|th|thead|tr)>\n?/g;

/** Markup of a template: what is filled in as text is text, whatever it holds; nothing for undefined, lists one after another. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  // Of how a template is laid out nothing is worth its bytes: text that is laid out is filled in.
  return { html: strings.map((text, index) => text.replace(/\n\s+/g, '\n').replace(IMPLIED, '') + toHtml(parts[index])).join('') };
}

function toHtml(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escape(part);
  return 'html' in part ? part.html : part.map(toHtml).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '"': '&quot;', '&': '&amp;', "'": '&#39;', '<': '&lt;', '>': '&gt;' };

function escape(text: string): string {
  return toVisible(text, { keepsLines: true }).replace(/["&'<>]/g, (sign) => ENTITIES[sign] ?? sign);
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * The text with every character that steers a terminal or turns the direction of writing spelt out (`\u001b`): C0, DEL and C1
 * controls, line separators, and the bidirectional ones of Unicode's UAX #9. With `keepsLines`, line feeds and tabs stay.
 */
export function toVisible(text: string, { keepsLines = false }: { readonly keepsLines?: boolean } = {}): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    if (keepsLines && (character === '\n' || character === '\t')) return character;
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

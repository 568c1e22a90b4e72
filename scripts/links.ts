// Links of the pages that lead nowhere: to a file that is not there, or to a heading that the page has not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The links within the repository that lead nowhere, one sentence each. Addresses elsewhere are not asked. */
export function listBrokenLinks(): readonly string[] {
  const pages = [...readdirSync('.'), ...readdirSync('docs').map((name) => join('docs', name))].filter((path) => path.endsWith('.md'));
  return pages.flatMap((page) =>
    linksOf(readFileSync(page, 'utf8')).flatMap((link) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(target)) return [`${page}: ${link}: there is no such file`];
      const isMissing = heading !== undefined && target.endsWith('.md') && !headingsOf(target).has(heading);
      return isMissing ? [`${page}: ${link}: ${target} has no such heading`] : [];
    }),
  );
}

function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors that GitHub gives to a page's headings. */
function headingsOf(page: string): ReadonlySet<string> {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

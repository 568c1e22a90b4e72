import type { Effect } from '../../model/index.ts';
import { getArray, getString, getStringMap, type JsonValue } from '../../std/index.ts';
import { toPathsSvg, type PathEntry } from '../paths.ts';
import { html, type Markup } from './markup.ts';

/** So many lines are drawn in a picture; the rest is in the list of effects. */
const MOST = 40;

interface Picture {
  readonly title: string;
  readonly codes: readonly string[];
  /** What each picture shows, for those who do not see it. */
  readonly words: Readonly<Record<'after' | 'before', string>>;
  readonly toPath: (data: JsonValue) => PathEntry | undefined;
}

const PICTURES: readonly Picture[] = [
  {
    title: 'Who reaches whom',
    codes: ['KN0101', 'KN0102'],
    words: { before: 'connections that there are until now and that close', after: 'connections that open' },
    toPath: toConnection,
  },
  {
    title: 'Escalation paths',
    codes: ['KA0401', 'KA0402', 'KA0403', 'KA0404', 'KA0405', 'KA0406', 'KA0407', 'KA0408', 'KA0409'],
    words: { before: 'paths that there are until now and that close', after: 'paths that open' },
    toPath: toEscalation,
  },
];

/** What connections and escalation paths a plan closes and opens, as pictures of before and after. */
export function picturesOf(effects: readonly Effect[]): Markup | undefined {
  const figures = PICTURES.flatMap((picture) => {
    const own = effects.filter(({ code }) => picture.codes.includes(code));
    const [before, after] = [drawing(picture, own, 'lost'), drawing(picture, own, 'gained')];
    if (before === undefined && after === undefined) return [];
    return [
      html`<section class="pictures">
        <h2>${picture.title}</h2>
        ${before}${after}
      </section>`,
    ];
  });
  return figures.length === 0 ? undefined : html`${figures}`;
}

function drawing({ title, words, toPath }: Picture, effects: readonly Effect[], change: Effect['change']): Markup | undefined {
  const paths = effects.filter((effect) => effect.change === change).flatMap(({ data }) => toPath(data) ?? []);
  if (paths.length === 0) return undefined;
  const side = change === 'lost' ? 'before' : 'after';
  const rest = paths.length - MOST;
  const caption = `${side === 'before' ? 'Before' : 'After'}: ${words[side]} (${paths.length}${rest > 0 ? `, the first ${MOST} are drawn` : ''})`;
  return html`<figure class="picture ${side}">
    <figcaption>${caption}</figcaption>
    <div role="img" aria-label="${title}, ${side}: ${paths.slice(0, MOST).map(sentenceOf).join('; ')}" tabindex="0">
      ${{ html: [...toPathsSvg(paths.slice(0, MOST))].join('') }}
    </div>
  </figure>`;
}

function sentenceOf({ subject, steps }: PathEntry): string {
  return [subject, ...steps.map(({ text, to }) => `${text} ${to}`)].join(', ');
}

function toConnection(data: JsonValue): PathEntry | undefined {
  const { from, to, ports } = Object.fromEntries(getStringMap(data));
  if (from === undefined || to === undefined) return undefined;
  const step = { step: ports ?? '', text: `${ports ?? 'all connections'} to`, to: from === to ? `${to} (itself)` : to, grants: [] };
  return { subject: from, goal: 'namespaces', reaches: to, namespaces: [], steps: [step], closedBy: [] };
}

function toEscalation(data: JsonValue): PathEntry | undefined {
  const [subject, reaches] = [getString(data, 'subject'), getString(data, 'reaches')];
  const steps = getArray(data, 'steps').map((step) => ({
    step: getString(step, 'step') ?? '',
    text: getString(step, 'text') ?? '',
    to: getString(step, 'to') ?? '',
    grants: [],
  }));
  return subject === undefined || reaches === undefined || steps.length === 0
    ? undefined
    : { subject, goal: 'admin', reaches, namespaces: [], steps, closedBy: [] };
}

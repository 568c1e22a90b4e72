/** Colours keep their contrast in light and dark; no outcome is told by its colour alone. */
export const PAGE_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 0 auto; padding: 1rem; }
header p { margin: 0.25rem 0; }
#units { list-style: none; padding: 0; }
#units > li { border: 1px solid GrayText; border-radius: 0.4rem; margin: 0.4rem 0; }
summary { padding: 0.5rem 0.7rem; cursor: pointer; overflow-wrap: anywhere; }
summary:focus-visible, input:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
summary b { display: inline-block; min-width: 6rem; }
.name { font-weight: 600; margin-right: 0.5rem; }
.why { display: block; padding-left: 1.1rem; }
.why:empty { display: none; }
details > :not(summary) { margin-left: 1.8rem; margin-right: 0.7rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; }
dd { margin: 0; }
h3 { font-size: 1rem; margin-bottom: 0; }
.synced { color: light-dark(#1a6329, #7fd796); }
.failed, .unhealthy, .unreadable { color: light-dark(#a40e1f, #ff9a9a); }
.held, .waiting { color: light-dark(#7a4b00, #f0c36d); }
`;

/** Follows /events, and takes over rows that differ: what is open stays open, what has the focus keeps it. */
export const PAGE_SCRIPT = `'use strict';
const main = document.getElementById('main');
const news = document.getElementById('news');
const filter = document.getElementById('filter');
const outcomes = () => new Map([...main.querySelectorAll('#units > li')].map((row) => [row.id, row.dataset.find]));
const hide = () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const row of main.querySelectorAll('#units > li')) row.hidden = !row.dataset.find.includes(wanted);
};
const update = async () => {
  const answer = await fetch('/units');
  if (!answer.ok) throw new Error(String(answer.status));
  const before = outcomes();
  const open = new Set([...main.querySelectorAll('details[open]')].map((details) => details.parentElement.id));
  const focused = document.activeElement?.closest?.('#units > li')?.id;
  const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html');
  main.replaceChildren(...parsed.body.childNodes);
  for (const id of open) document.getElementById(id)?.querySelector('details')?.setAttribute('open', '');
  if (focused !== undefined) document.getElementById(focused)?.querySelector('summary')?.focus();
  hide();
  const changed = [...outcomes()].filter(([id, text]) => before.get(id) !== text).map(([, text]) => text);
  news.textContent = changed.length > 0 && changed.length < 6 ? changed.join('; ') : 'Live.';
};
const events = new EventSource('/events');
events.onmessage = () => update().catch(() => { news.textContent = 'It cannot be read by now.'; });
events.onerror = () => { news.textContent = 'The daemon cannot be reached: this is what it said last.'; };
filter.addEventListener('input', hide);
`;

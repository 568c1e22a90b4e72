import { compareBy, getBoolean, getNumber, getString, isArray, keepOne, type Clock, type JsonValue } from '../std/index.ts';
import { GitlabRefusal, openGitlab, type AskGitlab } from './api.ts';
import type { MergeRequest } from './merge-request.ts';

/** A note that one name keeps in a merge request. */
export interface NoteReport {
  readonly name: string;
  /** Markdown. GitLab takes notes of 1,000,000 characters. */
  readonly text: string;
  /** Whether one is to be begun where there is none. */
  readonly begins: boolean;
}

/** What became of a note: it is up to date, there is none and none is needed, or GitLab refused it, and why. */
export type Noted =
  | { readonly kind: 'kept'; readonly id: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string };

interface Note {
  readonly id: number;
  readonly body: string;
  readonly author: number | undefined;
}

/**
 * Keeps one note of a name in a merge request: what is there is changed, and not at all where it says the same; what two jobs began at
 * once becomes one. Notes of others are left alone.
 */
export async function keepNote(where: MergeRequest, { name, text, begins }: NoteReport, clock: Clock): Promise<Noted> {
  const ask = openGitlab(where, clock);
  const path = `projects/${where.project}/merge_requests/${where.iid}/notes`;
  const mark = `<!-- kplan: ${name.replaceAll('--', '- -')} -->`;
  const body = `${mark}\n${withoutQuickActions(text)}`;
  let unanswered: GitlabRefusal | undefined;
  const notes = {
    list: () => listOwn(ask, path, mark),
    create: async () => {
      try {
        await ask('POST', path, { body });
      } catch (error) {
        if (!(error instanceof GitlabRefusal) || !isUncertain(error)) throw error;
        unanswered = error;
      }
    },
    update: async ({ id, body: known }: Note) => {
      if (known !== body) await ask('PUT', `${path}/${id}`, { body });
    },
    remove: ({ id }: Note) => remove(ask, `${path}/${id}`),
  };
  try {
    const kept = await keepOne(notes, { begins });
    if (kept !== undefined) return { kind: 'kept', id: kept.id };
    return unanswered === undefined ? { kind: 'none' } : { kind: 'refused', reason: unanswered.message };
  } catch (error) {
    if (error instanceof GitlabRefusal) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

/** Whether what was asked may have been done all the same: the list tells. */
function isUncertain({ status }: GitlabRefusal): boolean {
  return status === 0 || status >= 500;
}

/** A line that begins with a slash is a command to GitLab (`/merge`), and what a report quotes is anybody's. */
function withoutQuickActions(text: string): string {
  return text.replaceAll(/^(\s*)\//gm, '$1\\/');
}

async function remove(ask: AskGitlab, path: string): Promise<void> {
  try {
    await ask('DELETE', path);
  } catch (error) {
    if (!(error instanceof GitlabRefusal) || error.status !== 404) throw error;
  }
}

const PER_PAGE = 100;

/** The notes with a mark that the own account wrote, oldest first. */
async function listOwn(ask: AskGitlab, path: string, mark: string): Promise<readonly Note[]> {
  const marked: Note[] = [];
  let page: string | undefined = '1';
  while (page !== undefined) {
    const answer = await ask('GET', `${path}?sort=asc&order_by=created_at&per_page=${PER_PAGE}&page=${page}`);
    marked.push(...readNotes(answer.value).filter(({ body }) => body.startsWith(mark)));
    page = answer.nextPage;
  }
  if (marked.length === 0) return [];
  const own = await findOwnId(ask);
  return marked.filter(({ author }) => own === undefined || author === own).toSorted(compareBy(({ id }) => id));
}

function readNotes(value: JsonValue): readonly Note[] {
  return (isArray(value) ? value : []).flatMap((item) => {
    const [id, body] = [getNumber(item, 'id'), getString(item, 'body')];
    if (id === undefined || body === undefined || getBoolean(item, 'system') === true) return [];
    return [{ id, body, author: getNumber(item, 'author', 'id') }];
  });
}

/** Whose the token is; undefined for tokens that may not ask that. */
async function findOwnId(ask: AskGitlab): Promise<number | undefined> {
  try {
    return getNumber((await ask('GET', 'user')).value, 'id');
  } catch (error) {
    if (error instanceof GitlabRefusal && [401, 403, 404].includes(error.status)) return undefined;
    throw error;
  }
}

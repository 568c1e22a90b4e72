import type { Octokit } from '@octokit/rest';
import { keepOne } from '../std/index.ts';
import { GithubRefusal } from './api.ts';

/** Where a comment belongs. */
export interface Conversation {
  readonly owner: string;
  readonly repo: string;
  readonly pullRequest: number;
}

interface Comment {
  readonly id: number;
  readonly body: string;
}

/**
 * Keeps one comment of a name in a pull request: what is there is changed, and not at all where it says the same; what two runs began at
 * once becomes one. Only comments of the own account count, so that nobody else's is overwritten. Without one, and unless `begins`,
 * nothing is written.
 */
export async function upsertComment(
  github: Octokit,
  where: Conversation,
  { name, text, begins }: { readonly name: string; readonly text: string; readonly begins: boolean },
): Promise<void> {
  const mark = `<!-- kplan: ${name.replaceAll('--', '- -')} -->`;
  const body = `${mark}\n${text}`;
  const { owner, repo, pullRequest } = where;
  const comments = {
    list: () => listOwn(github, where, mark),
    create: async () => void (await github.rest.issues.createComment({ owner, repo, issue_number: pullRequest, body })),
    update: async ({ id, body: known }: Comment) => {
      if (known !== body) await github.rest.issues.updateComment({ owner, repo, comment_id: id, body });
    },
    remove: ({ id }: Comment) => remove(github, where, id),
  };
  await keepOne(comments, { begins });
}

async function remove(github: Octokit, { owner, repo }: Conversation, id: number): Promise<void> {
  try {
    await github.rest.issues.deleteComment({ owner, repo, comment_id: id });
  } catch (error) {
    if (!(error instanceof GithubRefusal) || error.status !== 404) throw error;
  }
}

/** The comments with a mark, oldest first. */
async function listOwn(github: Octokit, { owner, repo, pullRequest }: Conversation, mark: string): Promise<readonly Comment[]> {
  const all = await github.paginate(github.rest.issues.listComments, { owner, repo, issue_number: pullRequest, per_page: 100 });
  const marked = all.filter(({ body }) => body?.startsWith(mark) === true);
  if (marked.length === 0) return [];
  const own = await findLogin(github);
  return marked
    .filter(({ user }) => (own === undefined ? user?.type === 'Bot' : user?.login === own))
    .map(({ id, body }) => ({ id, body: body ?? '' }))
    .toSorted((a, b) => a.id - b.id);
}

/** Who the token is of; the tokens of workflows and apps may not ask, and write as bots. */
async function findLogin(github: Octokit): Promise<string | undefined> {
  try {
    return (await github.rest.users.getAuthenticated()).data.login;
  } catch (error) {
    if (error instanceof GithubRefusal && (error.status === 401 || error.status === 403)) return undefined;
    throw error;
  }
}

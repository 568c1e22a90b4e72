import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KplanError } from '../../model/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import { checkPath, loadOptions } from '../stages/desired.ts';
import { listPlanned, renderCi, renderConfig, type ProposedFile } from '../stages/first-files.ts';
import { surveyRepository, type CiSystem, type Survey } from '../stages/survey.ts';
import { describeSystemError } from '../system-error.ts';
import { VERSION } from '../version.ts';

/** `kplan init [PATH]`: files that are there are left alone unless --overwrite says otherwise; --dry-run prints all and writes none. */
export async function runInit(args: Arguments, io: Io): Promise<number> {
  const path = args.positionals[0] ?? '.';
  if (path === '-') throw usage(args.command, 'init looks at a repository: give a directory of it');
  checkPath(args, io, path);
  const survey = await surveyRepository(loadOptions(args, io, path));
  const planned = listPlanned(survey);
  const files = proposeFiles(survey, planned, args);
  if (args.has('dry-run')) io.out(files.map(({ path: file, text }) => `# ${file}\n${text}`).join('\n'));
  else
    io.out(
      `${describeSurvey(survey)}\n${files.map((file) => writeFile(file, survey.root, args.has('overwrite'))).join('')}${nextStep(survey, planned)}`,
    );
  return 0;
}

function proposeFiles(survey: Survey, planned: readonly string[], args: Arguments): readonly ProposedFile[] {
  const action = args.string('action');
  const installation = { version: VERSION === 'source' ? 'latest' : VERSION, ...(action === undefined ? {} : { action }) };
  return [
    { path: 'kplan.yaml', text: renderConfig(survey) },
    ...systemsOf(survey, args).map((system) => renderCi(system, { paths: planned, stages: survey.stages }, installation)),
  ];
}

/** The CI systems to write for: the one that was asked for, else those that are there, else GitHub. */
function systemsOf({ ci }: Survey, args: Arguments): readonly CiSystem[] {
  const asked = args.string('ci');
  if (asked === 'none') return [];
  if (asked === 'github' || asked === 'gitlab') return [asked];
  return ci.length === 0 ? ['github'] : ci;
}

function writeFile({ path, text }: ProposedFile, root: string, overwrites: boolean): string {
  const file = join(root, path);
  const isThere = existsSync(file);
  if (isThere && !overwrites) return `  ${path} is there: left as it is (--overwrite writes it anew)\n`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new KplanError('WRITE_FAILED', `${path} cannot be written: ${describeSystemError(error)}`, { cause: error });
  }
  return `  ${path} ${isThere ? 'written anew' : 'written'}\n`;
}

function describeSurvey({ kept, kustomizations, charts, plain, plainFiles, objects, ci }: Survey): string {
  const found = [
    ...(kept.paths.length === 0
      ? []
      : [`${count(kept.paths.length, 'path')} of ${kept.controllers.map(nameController).join(' and ')} (${kept.paths.join(', ')})`]),
    ...(kustomizations.length === 0 ? [] : [`${count(kustomizations.length, 'kustomization')} (${kustomizations.join(', ')})`]),
    ...(charts.length === 0 ? [] : [`${count(charts.length, 'chart')} (${charts.join(', ')})`]),
    ...(plainFiles === 0 ? [] : [`${count(objects, 'object')} in ${count(plainFiles, 'plain file')} (${plain.join(', ')})`]),
    ...ci.map((system) => (system === 'github' ? 'GitHub workflows' : 'GitLab CI')),
  ];
  return `Found ${found.length === 0 ? 'no manifests' : found.join(', ')}.`;
}

function nextStep({ kept, kustomizations, charts, plainFiles, branch }: Survey, [path = '.']: readonly string[]): string {
  const isEmpty = plainFiles + kept.paths.length + kustomizations.length + charts.length === 0;
  const next =
    branch === undefined
      ? `\`kplan validate ${path}\` says what is wrong there.\n`
      : `\`kplan ${path} --base merge-base:${branch}\` says what a branch changes.\n`;
  return isEmpty
    ? `There is nothing to plan yet. kplan reads .yaml, .yml and .json files,\nkustomizations and charts. Once there are some, ${next}`
    : next;
}

function nameController(controller: Survey['kept']['controllers'][number]): string {
  return controller === 'flux' ? 'Flux' : 'Argo CD';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, temporaryFolder } from './program.ts';

/** What a user types wrong, and what is said: always on stderr, always with exit 3, never with a stack. */
const MISTAKES: readonly (readonly [words: string, said: RegExp])[] = [
  ['kplan valdate', /^kplan: valdate is no command, and there is no such file or directory\n {2}did you mean `kplan validate`\?\n$/],
  ['kplan plan valdate', /^kplan: valdate: there is no such file or directory\n {2}give a directory or a file of manifests/],
  ['kplan deploy/prod', /^kplan: deploy\/prod: there is no such file or directory\n {2}give a directory or a file of manifests/],
  [
    'kapply https://git.example/a',
    /^kapply: https:\/\/git.example\/a: there is no such file.*\n {2}.*clone the repository first; `kapply --watch URL`/,
  ],
  ['kplan --bas main', /^kplan: unknown flag --bas; did you mean --base\?\n/],
  ['kplan --yes', /^kplan: --yes is a flag of kapply, not of kplan\n/],
  ['kplan a b', /^kplan: a is no command, and .*: unexpected argument b\n {2}the commands of kplan are plan, validate, .*completion\n$/],
  ['kplan ./app b', /^kplan: unexpected argument b\n/],
  ['kplan show a b', /^kplan: unexpected argument b\n {2}kplan show --help/],
  ['kplan validat app', /^kplan: validat is no command, .*: unexpected argument app\n {2}did you mean `kplan validate`\?\n$/],
  ['kplan nosuchdir', /^kplan: nosuchdir is no command, and .*\n {2}the commands of kplan are plan, validate, /],
  [
    'kapply completion bash',
    /^kapply: completion is no command, .*\n {2}completion is a command of kplan: `kplan completion bash\|zsh\|fish`\n$/,
  ],
  ['kapply aply', /^kapply: aply is no command, .*\n {2}the commands of kapply are status, delete, approve, adopt\n$/],
  ['kplan ', /^kplan: an argument is empty\n/],
  ['kplan validate ', /^kplan: an argument is empty\n/],
  ['kplan --fail-on erorr', /--fail-on erorr: must be error, warning, info, never; did you mean error\?/],
  ['kplan --base', /--base needs a value/],
  ['kplan --base a --base b', /--base is given 2 times/],
  ['kplan --base none --snapshot x', /each choose the world before: give one of them/],
  ['kplan --base main', /is not (in )?a Git repository/],
  ['kplan --snapshot none.yaml', /^kplan: --snapshot none\.yaml: there is no such file\n {2}`kplan snapshot FILE` writes one/],
  ['kplan --nodes abc', /^kplan: --nodes abc: there is no such file or directory\n {2}give a file of Node objects, or a shape such as/],
  ['kplan --nodes 3xbig', /^kplan: nodes "3xbig" cannot be understood/],
  ['kplan --context-objects none', /^kplan: --context-objects none: there is no such file or directory/],
  ['kplan --config none.yaml', /^kplan: --config none\.yaml: there is no such file/],
  ['kplan --kubernetes-version 1.20', /no schemas for Kubernetes 1\.20\n {2}use one of 1\.32/],
  ['kplan -l a=b,,', /--selector a=b,,: /],
  ['kplan -o xml', /-o xml: /],
  ['kplan -o pdf', /-o pdf: there is gitlab, html, json/],
  ['kplan -o json -o yaml', /only one -o may go to standard output/],
  ['kplan -o json=', /-o json= names no file/],
  ['kplan -o json=none/out.json', /^kplan: none\/out\.json cannot be written: there is no such file or directory\n$/],
  ['kplan --out none/p.kplan', /^kplan: none\/p\.kplan cannot be written: there is no such file or directory\n$/],
  ['kplan --baseline none.json', /--baseline none\.json: there is no such file/],
  ['kplan --baseline text.txt', /--baseline text\.txt: not a JSON report/],
  ['kplan show', /needs FILE/],
  ['kplan show .', /^kplan: \.: there is no such file\n {2}`kplan PATH --out FILE` saves a plan\n$/],
  ['kplan show text.txt', /^kplan: text\.txt: not JSON\n {2}make it again with `kplan PATH --out FILE`\n$/],
  ['kplan explain KV9999', /^kplan: no code KV9999\n {2}`kplan explain all` lists every code\n$/],
  ['kplan completion tcsh', /no completion for tcsh: there is bash, zsh and fish/],
  ['kplan snapshot', /there is no embedded cluster/],
  ['kapply', /no terminal.*--yes|--yes.*no terminal/s],
  ['kapply stauts', /stauts is no command.*did you mean `kapply status`\?/s],
  ['kapply --timeout soon', /^kapply: --timeout soon: not a duration\n {2}write it like 30s, 5m or 1h30m\n$/],
  ['kapply --concurrency 0', /^kapply: --concurrency 0: must be a whole number from 1 on\n/],
  ['kapply status', /there is no embedded cluster\n {2}`kapply PATH` makes one/],
  ['kapply delete', /needs --unit UNIT/],
  ['kapply text.txt --yes', /^kapply: text\.txt: not JSON\n/],
  ['kapply app --embedded text.txt --yes', /text\.txt: the embedded cluster is kept in a directory, and this is a file/],
  ['kapply app --embedded /proc/none --yes', /\/proc\/none: the embedded cluster's directory cannot be used/],
  ['kapply --watch -', /not standard input/],
];

for (const [words, said] of MISTAKES) {
  test(`${words}: told what is wrong`, async (context) => {
    const folder = temporaryFolder(context);
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'text.txt'), 'Not a plan.\n');
    writeFileSync(join(folder, 'app/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
    const [program = '', ...args] = words.split(' ');
    assert.ok(program === 'kplan' || program === 'kapply');
    const { code, stderr } = await run(program, folder, args);
    assert.match(stderr, said);
    assert.doesNotMatch(stderr, /\n {4}at |file:\/\/|node:/);
    assert.equal(code, 3);
  });
}

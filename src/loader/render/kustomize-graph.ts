import { posix } from 'node:path';
import { toFinding, type Finding } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import type { SourceTree, TreeFile } from '../tree/tree.ts';
import { DocumentOrigin } from '../yaml/origin.ts';
import { isRemote, KUSTOMIZATION_NAMES, readKustomization, type Kustomization, type Reference } from './kustomization.ts';
import type { SourceFiles } from './source-files.ts';

/** A directory that kustomize builds: what it and the directories below it in the graph are made of, and what forbids building it. */
export interface KustomizeUnit {
  readonly directory: string;
  /** The kustomization file. */
  readonly file: string;
  readonly kustomizations: readonly Kustomization[];
  readonly files: readonly TreeFile[];
  /** If there are any, it must not be built. */
  readonly findings: readonly Finding[];
}

/** What may be a path in a kustomization. */
const PATH = /[\w.@/-]+/g;

interface Node {
  readonly file: TreeFile;
  readonly kustomization: Kustomization | undefined;
  /** True where the file cannot be read: then its files and children are what it seems to name. */
  readonly isBroken: boolean;
  readonly files: readonly TreeFile[];
  readonly children: readonly string[];
  readonly findings: readonly Finding[];
}

/** The kustomizations of a tree and what they are made of. */
export class KustomizeGraph {
  readonly #tree: SourceTree;
  readonly #sources: SourceFiles;
  readonly #nodes = new Map<string, Node>();

  constructor(tree: SourceTree, sources: SourceFiles) {
    this.#tree = tree;
    this.#sources = sources;
  }

  /** Reads the kustomizations of these directories and all that they lead to. */
  async read(directories: readonly string[]): Promise<void> {
    let wanted = directories;
    while (wanted.length > 0) {
      const found = wanted.flatMap((directory) => this.#fileIn(directory) ?? []);
      await this.#sources.load(found);
      for (const file of found) this.#nodes.set(directoryOf(file.path), this.#toNode(file));
      wanted = [...new Set([...this.#nodes.values()].flatMap((node) => node.children))].filter((directory) => !this.#nodes.has(directory));
    }
  }

  /** True for a directory whose file is a kustomization, or cannot be read, and is not another tool's file of that name. */
  isKustomized(directory: string): boolean {
    return this.#nodes.get(directory)?.kustomization !== undefined || this.isBroken(directory);
  }

  /** True for a directory whose kustomization cannot be read: which of its files it names is not known. */
  isBroken(directory: string): boolean {
    return this.#nodes.get(directory)?.isBroken === true;
  }

  /** Those of the directories that no other kustomization leads to; where they lead to each other in a ring, the first of it. */
  units(directories: readonly string[]): readonly KustomizeUnit[] {
    const candidates = directories.filter(
      (directory) => this.#nodes.get(directory)?.kustomization?.isComponent === false || this.isBroken(directory),
    );
    const children = new Set([...this.#nodes.values()].flatMap((node) => node.children));
    const reached = new Set<string>();
    const roots = candidates.filter((directory) => !children.has(directory));
    for (const root of roots) this.#reach(root, reached);
    for (const directory of candidates.toSorted(compareStrings)) {
      if (reached.has(directory)) continue;
      roots.push(directory);
      this.#reach(directory, reached);
    }
    return roots.toSorted(compareStrings).map((root) => this.#toUnit(root));
  }

  /** Every file that some kustomization names. */
  ownedFiles(): ReadonlySet<string> {
    return new Set([...this.#nodes.values()].flatMap((node) => [node.file.path, ...node.files.map((file) => file.path)]));
  }

  #toUnit(root: string): KustomizeUnit {
    const reached = new Set<string>();
    this.#reach(root, reached);
    const nodes = [...reached].flatMap((directory) => this.#nodes.get(directory) ?? []);
    const files = new Map(nodes.flatMap((node) => [node.file, ...node.files]).map((file) => [file.path, file]));
    return {
      directory: root,
      file: this.#nodes.get(root)?.file.path ?? root,
      kustomizations: nodes.flatMap((node) => node.kustomization ?? []),
      files: [...files.values()],
      findings: nodes.flatMap((node) => node.findings),
    };
  }

  #reach(directory: string, reached: Set<string>): void {
    if (reached.has(directory)) return;
    reached.add(directory);
    for (const child of this.#nodes.get(directory)?.children ?? []) this.#reach(child, reached);
  }

  #fileIn(directory: string): TreeFile | undefined {
    for (const name of KUSTOMIZATION_NAMES) {
      const file = this.#tree.find(directory === '' ? name : `${directory}/${name}`);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  #toNode(file: TreeFile): Node {
    const { documents, findings } = this.#sources.documents(file.path);
    const [first] = documents;
    const source = this.#sources.get(file.path)?.source;
    const empty = {
      file,
      kustomization: undefined,
      isBroken: false,
      files: [],
      children: [],
      findings: findings.filter(({ severity }) => severity === 'error'),
    };
    if (source !== undefined && first === undefined && empty.findings.length > 0)
      return { ...empty, isBroken: true, ...this.#guess(directoryOf(file.path), source.text) };
    if (first === undefined || source === undefined) return empty;
    const origin = new DocumentOrigin(source, first.place, this.#sources.memo);
    const kustomization = readKustomization(directoryOf(file.path), first, origin);
    return kustomization === undefined ? empty : { ...empty, kustomization, ...this.#follow(kustomization, empty.findings) };
  }

  #follow(kustomization: Kustomization, faults: readonly Finding[]): Pick<Node, 'files' | 'children' | 'findings'> {
    const files: TreeFile[] = [];
    const children: string[] = [];
    const findings = [...faults, ...kustomization.forbidden.map(({ what, source }) => toFinding('KL0033', { source, data: { what } }))];
    for (const reference of kustomization.references) {
      const path = posix.join(kustomization.directory, reference.text).replace(/\/$/, '');
      const isOutside = path.startsWith('../') || path === '..' || posix.isAbsolute(reference.text);
      const file = isOutside || isRemote(reference.text) ? undefined : this.#tree.find(path);
      if (file !== undefined) files.push(file);
      else if (!isOutside && !isRemote(reference.text) && this.#fileIn(path === '.' ? '' : path) !== undefined) {
        if (reference.isResource) children.push(path === '.' ? '' : path);
      } else if (reference.isResource) findings.push(this.#complain(kustomization, reference, isOutside));
    }
    return { files, children, findings };
  }

  /** The files and kustomizations that a text which cannot be read seems to name. */
  #guess(directory: string, text: string): Pick<Node, 'children' | 'files'> {
    const paths = new Set([...text.matchAll(PATH)].map(([path]) => posix.join(directory, path).replace(/\/$/, '')));
    const files = [...paths].flatMap((path) => this.#tree.find(path) ?? []);
    const children = [...paths].filter((path) => {
      const isAround = path === '.' || path === directory || path.startsWith('..') || directory.startsWith(`${path}/`);
      return !isAround && this.#fileIn(path) !== undefined;
    });
    return { files, children };
  }

  #complain(kustomization: Kustomization, { text, source }: Reference, isOutside: boolean): Finding {
    if (isOutside && !isRemote(text)) return toFinding('KL0041', { source, data: { path: text } });
    if (isRemote(text)) return toFinding('KL0032', { source, data: { url: text } });
    const reason = `${text} is neither a file nor a directory with a kustomization`;
    return toFinding('KL0031', { source, data: { program: 'kustomize build', directory: kustomization.directory || '.', reason } });
  }
}

/** The directory of a path; the empty string for the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

import type { JsonValue, Path } from '../std/index.ts';
import type { KubernetesObject } from './object.ts';
import type { SourceRange } from './source-range.ts';
import type { Waiver } from './waiver.ts';

/**
 * Where an object came from. `locate` computes positions only when asked: the range of the value at a path (of its key
 * and value where it has a key), or of the nearest enclosing value that stands in the source.
 */
export interface Origin {
  /** Relative to the repository's root, with `/`. */
  readonly file: string;
  /** 0-based number of the document within the file. */
  readonly document: number;
  /** The line that the document starts at, 1-based; known without parsing again. */
  readonly line: number;
  locate(path: Path): SourceRange;
  /** Where a field's value was copied from: a field of another object of the same source; undefined, or absent, where it was not. */
  copiedFrom?(path: Path): { readonly origin: Origin; readonly path: Path } | undefined;
  /**
   * What else has a say in a field besides the place that `locate` gives, the nearest first: the file that a generator reads, the
   * kustomizations that were applied, each as a whole; absent where there is nothing.
   */
  trail?(path: Path): readonly SourceRange[];
}

/** An object plus where it came from. Its namespace is filled in by `World.fromManifests`, never here. */
export interface Manifest {
  readonly object: KubernetesObject;
  readonly origin: Origin;
  /** Findings waived by a `# kplan: ignore CODE reason` comment within this document. */
  readonly waivers?: readonly Waiver[];
  /** The directory of the kustomization or chart that it was rendered from; absent for a manifest that stands in its file as it is. */
  readonly unit?: string;
  /** What a digester has said of the whole object; `object` is then what is left of it. */
  readonly verdict?: Digest['verdict'];
}

/** What is worth keeping of an object that has been judged. */
export interface Digest {
  /** The object; unless it is to stay whole, without what no other object is judged by: then it has no value of a Secret. */
  readonly object: KubernetesObject;
  /** What the judge says; empty for nothing. */
  readonly verdict: readonly JsonValue[];
}

/** Judges each object when its file is read, so that it need not be judged again, and no more than the digest be kept, in memory or between runs. */
export interface Digester {
  /** All that digests depend on besides the object: what another version has digested is not used. */
  readonly version: string;
  /** Whether digests hold their objects whole. */
  readonly isWhole: boolean;
  /** What digests an object, loaded when the first file must be read; it answers undefined for one that must be kept whole. */
  open(): Promise<(object: KubernetesObject) => Digest | undefined>;
}

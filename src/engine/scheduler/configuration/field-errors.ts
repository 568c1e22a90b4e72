import { stringifyJson, type JsonValue } from '../../../std/index.ts';

/** What is wrong with a field, in the words of kube-scheduler. */
export interface ConfigurationProblem {
  /** The field, as the message names it; empty where it is about the whole. */
  readonly path: string;
  readonly message: string;
}

/** A field whose value may not be so (`field.Invalid`). */
export function invalid(path: string, value: JsonValue, why: string): ConfigurationProblem {
  return { path, message: `${path}: Invalid value: ${stringifyJson(value)}: ${why}` };
}

/** A field that has to be there (`field.Required`). */
export function required(path: string, why = ''): ConfigurationProblem {
  return { path, message: `${path}: Required value${why === '' ? '' : `: ${why}`}` };
}

/** A value that is there twice (`field.Duplicate`). */
export function duplicate(path: string, value: string): ConfigurationProblem {
  return { path, message: `${path}: Duplicate value: ${stringifyJson(value)}` };
}

/** A field that may not be there (`field.Forbidden`). */
export function forbidden(path: string, why: string): ConfigurationProblem {
  return { path, message: `${path}: Forbidden: ${why}` };
}

/** A value that is none of the allowed ones (`field.NotSupported`). */
export function notSupported(path: string, value: string, allowed: readonly string[]): ConfigurationProblem {
  const values = allowed.map((item) => stringifyJson(item)).join(', ');
  return { path, message: `${path}: Unsupported value: ${stringifyJson(value)}: supported values: ${values}` };
}

/** A field that nobody reads. */
export function unknownField(path: string): ConfigurationProblem {
  return { path, message: `strict decoding error: unknown field ${stringifyJson(path)}` };
}

/** What is wrong beyond one field. */
export function general(message: string): ConfigurationProblem {
  return { path: '', message };
}

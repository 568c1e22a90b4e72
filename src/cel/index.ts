export { EntryMap } from './entry-map.ts';
export { createEnvironment, type Environment } from './environment.ts';
export { toValue, type Binding } from './json-value.ts';
export {
  AUTHORIZER_TYPE,
  RESOURCE_CHECK_TYPE,
  toAuthorizer,
  toResourceCheck,
  type AccessDecision,
  type AccessQuestion,
} from './library/authorizer.ts';
export { BINDINGS } from './library/bindings.ts';
export { createDeviceEnvironment } from './library/device.ts';
export { ConfigurationValue, JsonPatchValue, PATCH_TYPES, toConfiguration, toPatchJson } from './library/patch.ts';
export { QUANTITY_TYPE, QuantityValue, readQuantity } from './library/quantity.ts';
export { readSemver, SEMVER_TYPE, SemverValue } from './library/semver.ts';
export { compileCel, type Evaluation, type Program } from './program.ts';
export { cardinalityOf, typeOfSchema } from './schema-type.ts';
export { compilePattern } from './regex.ts';
export { struct } from './struct-type.ts';
export {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  parametersOf,
  STRING,
  TIMESTAMP,
  UINT,
  type CelType,
} from './type.ts';
export { Failure, isList, isValue, MapValue, Optional, UNKNOWN, type Result, type Value } from './value.ts';

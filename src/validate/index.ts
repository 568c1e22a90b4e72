export { validateManifests, type ValidateOptions } from './validate.ts';

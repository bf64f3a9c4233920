// Jest runs the same native type stripping that Node does, so tests and product execute the same code.
import { stripTypeScriptTypes } from 'node:module';

export default { process: (code) => ({ code: stripTypeScriptTypes(code) }) };

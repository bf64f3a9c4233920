import { registerHooks } from 'node:module';

const stand = 'jitney:no-dialogs';

/**
 * teams-ai loads the Bot SDK's dialogs for a sign-in of its own, which is not used here. They bring recognizers of words in
 * a dozen languages, a fifth of the memory of a start, and of what they stand on Node warns that it goes (process.binding).
 * So only the one class is there that others are derived from. Imported before teams-ai.
 */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'botbuilder-dialogs'
      ? { url: stand, format: 'commonjs', shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === stand
      ? { format: 'commonjs', source: 'exports.Dialog = class Dialog {};', shortCircuit: true }
      : next(url, context),
});

/**
 * No text from outside reaches a prototype by this name any more, in no package either: what Node's
 * `--disable-proto=delete` does, however the program is started. Imported before anything else.
 */
Reflect.deleteProperty(Object.prototype, '__proto__');

import { posix } from 'node:path';
import ts from 'typescript';

/** A tree of sources: path such as `src/core/target.ts` to its text. */
export type Tree = ReadonlyMap<string, string>;

/** What a folder of `src`, or a file that lies in `src` itself, may import; beside its own folder. */
type Allowance = {
  /** Folders of `src`, or names of files in `src` without their ending. */
  readonly folders: readonly string[];
  /** Of these only types. */
  readonly types?: readonly string[];
  /** Packages and Node's own modules, with all their sub-paths. */
  readonly packages: readonly string[];
  /** Every feature, and every file of the app. */
  readonly features?: true;
};

export type Rules = {
  readonly allowances: Readonly<Record<string, Allowance>>;
  /** Any folder of src that `allowances` does not name. */
  readonly feature: Allowance;
  /** Any file of src that `allowances` does not name: the app, which leads from what came in to the features. */
  readonly app: Allowance;
  /** `approve -> watch/settle.ts`: the feature and the one file of the other feature. */
  readonly edges: readonly string[];
  /** Files and folders that may read the environment, the clock and chance; the rest gets them as parameters. */
  readonly programs: readonly string[];
};

type Import = { readonly from: string; readonly typesOnly: boolean };
type Facts = { readonly imports: readonly Import[]; readonly outside: readonly string[] };

/** Every broken arrow of the tree, one line each, sorted. */
export function brokenArrows(tree: Tree, rules: Rules): readonly string[] {
  return [...tree]
    .flatMap(([path, text]) => {
      const facts = factsOf(path, text);
      const reads = isProgram(path, rules) ? [] : facts.outside.map((what) => `${short(path)} reads ${what}`);
      return [...reads, ...facts.imports.flatMap((one) => complaint(path, one, tree, rules))];
    })
    .toSorted();
}

/** The edges between features that the tree has, in the form of `Rules.edges`. */
export function featureEdges(tree: Tree, rules: Rules): readonly string[] {
  const edges = [...tree].flatMap(([path, text]) =>
    factsOf(path, text).imports.flatMap((one) => edgeOf(path, one, rules) ?? []),
  );
  return [...new Set(edges)].toSorted();
}

function edgeOf(path: string, { from }: Import, rules: Rules): string | null {
  const target = targetOf(path, from);
  if (target === null || place(path) === place(target)) return null;
  const areFeatures = [path, target].every((one) => kindOf(one, rules) === 'feature');
  return areFeatures ? `${place(path)} -> ${short(target)}` : null;
}

function kindOf(path: string, { allowances }: Rules): 'named' | 'feature' | 'app' {
  if (allowances[place(path)]) return 'named';
  return path.split('/').length > 2 ? 'feature' : 'app';
}

function complaint(path: string, one: Import, tree: Tree, rules: Rules): readonly string[] {
  const own = place(path);
  const target = targetOf(path, one.from);
  const line = `${short(path)} -> ${target === null ? one.from : short(target)}`;
  const kind = kindOf(path, rules);
  const allowed = kind === 'named' ? rules.allowances[own] : rules[kind];
  if (!allowed) return [`${own} has no rule`];
  if (target === null) return allowed.packages.some((name) => isPart(one.from, name)) ? [] : [line];
  if (!tree.has(target)) return [`${line} is no file`];
  const other = place(target);
  if (other === own || allowed.folders.includes(other)) return [];
  if (allowed.features && kindOf(target, rules) !== 'named') return [];
  if (allowed.types?.includes(other)) return one.typesOnly ? [] : [`${line} is more than a type`];
  const edge = edgeOf(path, one, rules);
  return edge !== null && rules.edges.includes(edge) ? [] : [line];
}

function isPart(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}

function isProgram(path: string, { programs }: Rules): boolean {
  return programs.some((program) => isPart(path, program));
}

/** Null for a package. */
function targetOf(path: string, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null;
}

/** `core` for src/core/x.ts, `config` for src/config.ts; what is not in src keeps its first folder. */
function place(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'src' ? second.replace(/\.ts$/, '') : first;
}

function short(path: string): string {
  return path.replace(/^src\//, '');
}

function factsOf(path: string, text: string): Facts {
  const imports: Import[] = [];
  const outside: string[] = [];
  walk(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), (node) => {
    const found = importOf(node);
    if (found) imports.push(found);
    const read = outsideRead(node);
    if (read !== null) outside.push(read);
  });
  return { imports, outside };
}

/** Visits a node and everything below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function importOf(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) return imported(node.moduleSpecifier, node.importClause?.phaseModifier);
  if (ts.isExportDeclaration(node)) {
    return imported(node.moduleSpecifier, node.isTypeOnly ? ts.SyntaxKind.TypeKeyword : undefined);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return imported(node.argument.literal, ts.SyntaxKind.TypeKeyword);
  }
  if (!ts.isCallExpression(node)) return null;
  const loads = node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return loads ? imported(node.arguments[0], undefined) : null;
}

function imported(specifier: ts.Node | undefined, phase: ts.SyntaxKind | undefined): Import | null {
  if (!specifier) return null;
  // A computed address is told as it stands: no rule allows it.
  const from = ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText();
  return { from, typesOnly: phase === ts.SyntaxKind.TypeKeyword };
}

const outsideMembers: Readonly<Record<string, readonly string[]>> = {
  process: ['env'],
  Date: ['now'],
  Math: ['random'],
  crypto: ['randomUUID', 'getRandomValues'],
  Temporal: ['Now'],
};
const outsideImports: Readonly<Record<string, readonly string[]>> = {
  'node:process': ['env'],
  'node:crypto': ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'getRandomValues', 'webcrypto'],
};

/** The environment, the clock or chance, if this very node reads it. */
function outsideRead(node: ts.Node): string | null {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return node.arguments?.length ? null : 'new Date()';
  }
  if (ts.isImportSpecifier(node)) {
    const name = (node.propertyName ?? node.name).text;
    const specifier = node.parent.parent.parent.moduleSpecifier;
    const module = ts.isStringLiteral(specifier) ? specifier.text : '';
    return outsideImports[module]?.includes(name) ? name : null;
  }
  const member = memberOf(node);
  if (!member) return null;
  const object = member.object.replace(/^globalThis\./, '');
  return outsideMembers[object]?.includes(member.name) ? `${object}.${member.name}` : null;
}

/** `a.b`, `a['b']` and `const { b } = a`. */
function memberOf(node: ts.Node): { readonly object: string; readonly name: string } | null {
  if (ts.isPropertyAccessExpression(node)) return { object: node.expression.getText(), name: node.name.text };
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return { object: node.expression.getText(), name: node.argumentExpression.text };
  }
  if (ts.isBindingElement(node) && ts.isVariableDeclaration(node.parent.parent)) {
    const object = node.parent.parent.initializer?.getText() ?? '';
    return { object, name: (node.propertyName ?? node.name).getText() };
  }
  return null;
}

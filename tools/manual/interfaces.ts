/** Interfaces as tables of their members, read from a module's text. */
import ts from "typescript";

/** One member of an interface. */
export interface Member {
  readonly name: string;
  /** As it is written. */
  readonly type: string;
  readonly isOptional: boolean;
  /** The text of its documentation, without the default; empty if it has none. */
  readonly text: string;
  /** The default that its documentation names. */
  readonly fallback: string | undefined;
  /** Of a member that is an object written in place: its own members. */
  readonly members: readonly Member[];
}

/** The interfaces of a module by name. */
export class Interfaces {
  readonly #source: ts.SourceFile;
  readonly #byName = new Map<string, ts.InterfaceDeclaration>();

  /** Reads a module's text. */
  constructor(text: string) {
    this.#source = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true);
    for (const statement of this.#source.statements) {
      if (ts.isInterfaceDeclaration(statement)) this.#byName.set(statement.name.text, statement);
    }
  }

  /**
   * The members of an interface, those that it takes over from others first.
   *
   * @throws {Error} if there is none of this name
   */
  membersOf(name: string): Member[] {
    const found = this.#byName.get(name);
    if (found === undefined) throw new Error(`Cannot find the interface ${name}: the module has none`);
    const inherited = (found.heritageClauses ?? []).flatMap(({ types }) =>
      types.flatMap((type) => this.#taken(type))
    );
    const own = found.members.flatMap((member) => this.#member(member));
    const names = new Set(own.map(({ name }) => name));
    return [...inherited.filter(({ name }) => !names.has(name)), ...own];
  }

  /** The members that `extends NAME` or `extends Omit<NAME, "a" | "b">` takes over. */
  #taken(
    { expression, typeArguments = [] as unknown as ts.NodeArray<ts.TypeNode> }:
      ts.ExpressionWithTypeArguments,
  ): Member[] {
    const name = expression.getText();
    if (name !== "Omit") return this.membersOf(name);
    const left = new Set(
      [...typeArguments[1]!.getText().matchAll(/"([^"]+)"/g)].map(([, member]) => member),
    );
    return this.membersOf(typeArguments[0]!.getText()).filter(({ name }) => !left.has(name));
  }

  #member(node: ts.TypeElement): Member[] {
    if (node.name === undefined) return [];
    const type = ts.isPropertySignature(node) ? node.type : undefined;
    return [{
      name: node.name.getText(),
      type: type === undefined ? "function" : type.getText().replaceAll(/\s+/g, " "),
      isOptional: node.questionToken !== undefined,
      ...documentation(node),
      members: type !== undefined && ts.isTypeLiteralNode(type)
        ? type.members.flatMap((member) => this.#member(member))
        : [],
    }];
  }
}

const DEFAULT = /\s*\(Default: ((?:[^()]|\([^()]*\))*)\)\s*/;

/** The sentences of a documentation comment, and the default that they name. */
function documentation(node: ts.Node): Pick<Member, "text" | "fallback"> {
  const comment = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc);
  const whole = (ts.getTextOfJSDocComment(comment?.comment) ?? "")
    .replaceAll(/\{@linkcode ([\w.]+)\}/g, "`$1`").replaceAll(/\s+/g, " ").trim();
  return { text: whole.replace(DEFAULT, " ").trim(), fallback: DEFAULT.exec(whole)?.[1] };
}

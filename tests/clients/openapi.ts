/** The parts of an OpenAPI document that clients are held to. */

/** A JSON Schema, as far as it is read here. */
interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** An OpenAPI document. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** An operation, with the names of its parameters in the query and of the fields of its body. */
export interface Described {
  readonly id: string;
  readonly query: readonly string[];
  readonly fields: readonly string[];
}

/** The operation that answers a request; undefined: there is none. */
export function operationOf(document: Document, method: string, path: string): Described | undefined {
  const templates = Object.keys(document.paths).sort((a, b) => a.split("{").length - b.split("{").length);
  const template = templates.find((each) =>
    new RegExp(`^${each.replace(/\{\w+\}/g, "[^/]+")}$`).test(path) && method in document.paths[each]!
  );
  if (template === undefined) return undefined;
  const { operationId: id, parameters = [], requestBody } = document.paths[template]![method]!;
  const query = parameters.filter((each) => each.in === "query").map(({ name }) => name);
  const schemas = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema);
  return { id, query, fields: [...new Set(schemas.flatMap((schema) => fieldsOf(document, schema)))] };
}

/** The names of the fields that a schema has, those of lists and alternatives too. */
export function fieldsOf(document: Document, schema: Schema): string[] {
  const { $ref, properties = {}, items, anyOf = [], allOf = [] } = schema;
  const parts = [
    ...$ref === undefined ? [] : [document.components.schemas[$ref.split("/").at(-1)!]!],
    ...items === undefined ? [] : [items],
    ...anyOf,
    ...allOf,
  ];
  return [...Object.keys(properties), ...parts.flatMap((part) => fieldsOf(document, part))];
}

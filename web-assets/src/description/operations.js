// What an OpenAPI description says, in the order in which a person reads it. Does not touch the page.

/**
 * @typedef {object} Operation
 * @property {string} id
 * @property {string} method such as GET
 * @property {string} path
 * @property {string} summary
 * @property {{ name: string, place: string, type: string, needed: boolean, about: string }[]} parameters
 * @property {any} body the schema of what is sent, if anything
 * @property {{ status: string, about: string, kinds: { type: string, schema: any }[] }[]} answers
 */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * The operations by what they are about, in the description's order of subjects.
 * @param {any} description
 * @returns {{ name: string, description: string, operations: Operation[] }[]}
 */
export function groupsOf(description) {
  const groups = (description.tags ?? []).map((tag) => ({
    name: tag.name,
    description: tag.description ?? tag.name,
    operations: /** @type {Operation[]} */ ([]),
  }));
  for (const path of Object.keys(description.paths).sort()) {
    for (const method of METHODS.filter((method) => description.paths[path][method])) {
      const said = description.paths[path][method];
      let group = groups.find((one) => said.tags?.includes(one.name));
      if (!group) {
        group = { name: said.tags?.[0] ?? "", description: said.tags?.[0] ?? "", operations: [] };
        groups.push(group);
      }
      group.operations.push(operationOf(description, path, method, said));
    }
  }
  return groups.filter((group) => group.operations.length > 0);
}

function operationOf(description, path, method, said) {
  const parameters = (said.parameters ?? []).map((one) => ({
    name: one.name,
    place: one.in,
    type: typeName(one.schema ?? {}),
    needed: Boolean(one.required),
    about: one.description ?? "",
  }));
  const answers = Object.entries(said.responses ?? {}).map(([status, answer]) => {
    const whole = resolved(description, answer);
    const kinds = Object.entries(whole.content ?? {}).map(([type, { schema }]) => ({ type, schema }));
    return { status, about: whole.description ?? "", kinds };
  });
  const body = said.requestBody?.content?.["application/json"]?.schema ?? null;
  return {
    id: said.operationId ?? `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    summary: (said.summary ?? said.description ?? "").trim(),
    parameters,
    body,
    answers,
  };
}

/** What a reference refers to; anything else as it is. */
export function resolved(description, value) {
  let seen = value;
  for (let depth = 0; seen?.$ref && depth < 16; depth += 1)
    seen = seen.$ref
      .slice(2)
      .split("/")
      .reduce((at, part) => at?.[part], description);
  return seen ?? {};
}

/** A short name of a schema's type: `string`, `Router[]`, `integer | null`. */
export function typeName(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return [...new Set(choices.map(typeName))].join(" | ");
  if (schema.allOf) return schema.allOf.map(typeName).join(" & ");
  const types = [schema.type ?? "any"].flat();
  return types.map((type) => (type === "array" ? `${typeName(schema.items ?? {})}[]` : type)).join(" | ");
}

/**
 * The fields of an object, those of what it is put together of included.
 * @returns {{ name: string, type: string, needed: boolean, about: string, values: string[] }[]}
 */
export function fieldsOf(description, schema, depth = 0) {
  const whole = resolved(description, schema);
  if (depth > 8) return [];
  const parts = (whole.allOf ?? []).flatMap((part) => fieldsOf(description, part, depth + 1));
  // Of several forms the one that is not null.
  const forms = (whole.oneOf ?? whole.anyOf ?? []).filter((form) => form.type !== "null");
  const form = forms.flatMap((part) => fieldsOf(description, part, depth + 1));
  if (whole.type === "array") return fieldsOf(description, whole.items ?? {}, depth + 1);
  const own = Object.entries(whole.properties ?? {}).map(([name, field]) => ({
    name,
    type: typeName(field),
    needed: (whole.required ?? []).includes(name),
    about: field.description ?? "",
    values: field.enum ?? [],
  }));
  const all = [...parts, ...form, ...own];
  return all.filter((field, at) => all.findIndex((other) => other.name === field.name) === at);
}

/** A text without the marks of code that a description has. */
export const plain = (text) => text.replace(/\x60/g, "");

/** Whether somebody who looks for this finds it. */
export function matches(operation, words) {
  const text = [operation.method, operation.path, operation.summary, ...operation.parameters.map((one) => one.name)];
  const found = text.join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => found.includes(word));
}

/** The address of a try: path and query filled with what was typed. */
export function addressOf(operation, values) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const { name, place } of operation.parameters) {
    const value = values[name];
    if (value === undefined || value === "") continue;
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else query.append(name, value);
  }
  const asked = query.toString();
  return asked ? `${path}?${asked}` : path;
}

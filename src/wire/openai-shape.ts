// What a request in OpenAI's format may be made of, field by field: what is of another kind is refused
// with its name, so that whatever reads it afterwards need not doubt it.

/** A request field that cannot be carried over. */
export class OpenAiRequestError extends Error {
  override name = "OpenAiRequestError";
  readonly param: string;
  constructor(param: string, message: string) {
    super(`${param}: ${message}`);
    this.param = param;
  }
}

/** Any of these; `null` is as if it had not come. Fields that are not named are not looked at. */
interface Kind {
  scalar?: readonly string[];
  list?: Kind;
  fields?: Readonly<Record<string, Kind>>;
  says: string;
}

const text: Kind = { scalar: ["string"], says: "a text" };
const number: Kind = { scalar: ["number", "string"], says: "a number" };
const object = (fields: Readonly<Record<string, Kind>>): Kind => ({ fields, says: "an object" });
const list = (one: Kind): Kind => ({ list: one, says: "a list" });

const EXTRA = object({ google: object({ thought_signature: text, thinking_config: object({}) }) });
const CALL = object({
  id: text,
  function: object({ name: text, arguments: text }),
  extra_content: EXTRA,
});
const PART = object({
  type: text,
  text,
  image_url: object({ url: text }),
  input_audio: object({ data: text, format: text }),
});
const MESSAGE = object({
  role: text,
  content: { scalar: ["string"], list: PART, says: "a text or a list of parts" },
  tool_calls: list(CALL),
  tool_call_id: text,
  name: text,
});
const CHOICE: Kind = {
  scalar: ["string"],
  fields: { function: object({ name: text }) },
  says: "a word or an object",
};
const REQUEST = object({
  messages: list(MESSAGE),
  n: number,
  max_tokens: number,
  max_completion_tokens: number,
  stop: { scalar: ["string"], list: text, says: "a text or a list of texts" },
  reasoning_effort: text,
  response_format: object({ type: text, json_schema: object({}) }),
  tools: list(object({ function: object({ name: text, description: text }) })),
  tool_choice: CHOICE,
  extra_body: EXTRA,
});

/** Throws an `OpenAiRequestError` for the first field that is of another kind. */
export function checkShape(body: unknown): void {
  check(body, REQUEST, "");
}

function check(value: unknown, kind: Kind, where: string): void {
  if (value === null || value === undefined || kind.scalar?.includes(typeof value)) return;
  if (kind.list && Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      const at = `${where}[${i}]`;
      if (one === null) throw new OpenAiRequestError(at, `expected ${kind.list.says}`);
      check(one, kind.list, at);
    }
    return;
  }
  if (!kind.fields || typeof value !== "object" || Array.isArray(value))
    throw new OpenAiRequestError(where || "the body", `expected ${kind.says}`);
  for (const [name, inner] of Object.entries(kind.fields)) {
    const at = where === "" ? name : `${where}.${name}`;
    if (Object.hasOwn(value, name)) check((value as Record<string, unknown>)[name], inner, at);
  }
}

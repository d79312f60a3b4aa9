// The settings as a JSON schema, for editors and for other programs.
import { SETTINGS, type Setting } from "./settings.ts";

/** The JSON Schema of the configuration file. */
export function configSchema(): Record<string, unknown> {
  const properties: Record<string, unknown> = {
    $schema: { type: "string", description: "the address of this schema" },
  };
  for (const setting of SETTINGS) {
    const [group = "", name] = setting.path.split(".");
    if (name === undefined) {
      properties[group] = schemaOf(setting);
      continue;
    }
    properties[group] ??= { type: "object", additionalProperties: false, properties: {} };
    (properties[group] as { properties: Record<string, unknown> }).properties[name] =
      schemaOf(setting);
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "pollux.config.json",
    description: "Settings of pollux serve. Flags and environment variables go before this file.",
    type: "object",
    additionalProperties: false,
    properties,
  };
}

function schemaOf(setting: Setting): Record<string, unknown> {
  const common = { description: setting.help, default: setting.default };
  if (setting.type === "number")
    return { type: "integer", minimum: setting.min, maximum: setting.max, ...common };
  if (setting.type === "boolean") return { type: "boolean", ...common };
  if (setting.type === "list")
    return { type: "array", items: { type: "string", minLength: 1 }, ...common };
  const { choices, pattern } = setting;
  return {
    type: "string",
    ...(choices && { enum: choices }),
    ...(pattern && { pattern }),
    ...common,
  };
}

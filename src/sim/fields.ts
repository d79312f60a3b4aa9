// The fields a request may have, and their kinds: what is not in these tables is refused as the API
// refuses it, with the path of the field in snake_case.
import type { ErrorBody } from "./bodies.ts";

/** A message, a scalar kind, or a list of either. `any` is not looked into. */
type Kind = string | readonly [Kind] | Message;
interface Message {
  readonly [field: string]: Kind;
}

interface Wrong {
  field: string;
  description: string;
}

const SCHEMA: { [field: string]: Kind } = Object.fromEntries(
  "type,format,title,description,nullable,enum,maxItems,minItems,required,minProperties,maxProperties,minLength,maxLength,pattern,example,propertyOrdering,default,minimum,maximum"
    .split(",")
    .map((name) => [name, "any"]),
);
SCHEMA.properties = "schemas";
SCHEMA.items = SCHEMA;
SCHEMA.anyOf = [SCHEMA];

const anys = (names: string) => Object.fromEntries(names.split(",").map((name) => [name, "any"]));

const PART: Kind = anys(
  "text,thought,thoughtSignature,inlineData,fileData,functionCall,functionResponse,executableCode,codeExecutionResult,videoMetadata,toolCall,toolResponse,partMetadata,mediaResolution,speechMetadata,mediaProcessing,audioTranscription",
);
const CONTENT: Kind = { parts: [PART], role: "TYPE_STRING" };
const DECLARATION: Kind = {
  ...anys("name,description,behavior,parametersJsonSchema,response,responseJsonSchema"),
  parameters: SCHEMA,
};
const TOOL: Kind = {
  ...anys(
    "googleSearch,googleSearchRetrieval,codeExecution,urlContext,googleMaps,fileSearch,computerUse,mcpServers,retrieval,enterpriseWebSearch,exaAiSearch,parallelAiSearch",
  ),
  functionDeclarations: [DECLARATION],
};
const CONFIG: Kind = {
  candidateCount: "TYPE_INT32",
  maxOutputTokens: "TYPE_INT32",
  topK: "TYPE_FLOAT",
  topP: "TYPE_FLOAT",
  temperature: "TYPE_FLOAT",
  seed: "TYPE_INT32",
  logprobs: "TYPE_INT32",
  presencePenalty: "TYPE_FLOAT",
  frequencyPenalty: "TYPE_FLOAT",
  responseMimeType: "TYPE_STRING",
  responseLogprobs: "TYPE_BOOL",
  stopSequences: ["TYPE_STRING"],
  responseSchema: SCHEMA,
  thinkingConfig: {
    includeThoughts: "TYPE_BOOL",
    thinkingBudget: "TYPE_INT32",
    thinkingLevel: "any",
  },
  ...anys(
    "responseJsonSchema,_responseJsonSchema,responseModalities,speechConfig,imageConfig,mediaResolution,audioTimestamp,enableEnhancedCivicAnswers,enableAffectiveDialog,routingConfig,modelSelectionConfig,modelConfig,responseFormat,translationConfig",
  ),
};
const REQUEST: Kind = {
  contents: [CONTENT],
  systemInstruction: CONTENT,
  generationConfig: CONFIG,
  tools: [TOOL],
  toolConfig: anys("functionCallingConfig,retrievalConfig,includeServerSideToolInvocations"),
  ...anys("model,safetySettings,cachedContent,labels,continuationToken,store,serviceTier"),
};

const VIOLATIONS_MAX = 20;
const DEPTH_MAX = 64;

/** The error of a body with unknown fields or values of the wrong kind. */
export function refuseFields(body: unknown): ErrorBody | undefined {
  const wrong: Wrong[] = [];
  check(body, REQUEST, "", wrong, 0);
  const [first] = wrong;
  if (!first) return undefined;
  const shown = wrong.slice(0, VIOLATIONS_MAX);
  const message = shown.map(({ description }) => description).join("\n");
  const details = [
    { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: shown },
  ];
  return { status: 400, error: { code: 400, message, status: "INVALID_ARGUMENT", details } };
}

function check(value: unknown, kind: Kind, path: string, wrong: Wrong[], depth: number): void {
  if (kind === "any" || value === null || value === undefined || depth > DEPTH_MAX) return;
  if (kind === "schemas") checkProperties(value, path, wrong, depth);
  else if (typeof kind === "string") checkScalar(value, kind, path, wrong);
  else if (Array.isArray(kind)) {
    // One value in place of a list of one is taken.
    const list: unknown[] = Array.isArray(value) ? value : [value];
    for (const [i, one] of list.entries()) {
      const at = Array.isArray(value) ? `${path}[${i}]` : path;
      check(one, (kind as readonly [Kind])[0], at, wrong, depth + 1);
    }
  } else checkMessage(value, kind as Message, path, wrong, depth);
}

function checkMessage(
  value: unknown,
  kind: Message,
  path: string,
  wrong: Wrong[],
  depth: number,
): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const type = kind === CONTENT ? "google.ai.generativelanguage.v1beta.Content" : "Map";
    const description = `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`;
    wrong.push({ field: path, description });
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    const known = kind[camelName(name)];
    const at = path === "" ? snakeName(name) : `${path}.${snakeName(name)}`;
    if (known !== undefined) check(inner, known, at, wrong, depth + 1);
    else {
      const where = path === "" ? "" : ` at '${path}'`;
      const description = `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`;
      wrong.push({ field: path, description });
    }
  }
}

/** A map is a list of pairs on Google's side, and its paths say so. */
function checkProperties(value: unknown, path: string, wrong: Wrong[], depth: number): void {
  if (typeof value !== "object" || value === null) return;
  for (const [i, inner] of Object.values(value).entries())
    check(inner, SCHEMA, `${path}[${i}].value`, wrong, depth + 1);
}

function checkScalar(value: unknown, kind: string, path: string, wrong: Wrong[]): void {
  const number = typeof value === "number" || /^-?\d+(\.\d+)?$/.test(String(value));
  const fits =
    kind === "TYPE_STRING"
      ? typeof value === "string"
      : kind === "TYPE_BOOL"
        ? typeof value === "boolean"
        : number && (kind === "TYPE_FLOAT" || Number.isInteger(Number(value)));
  if (fits) return;
  wrong.push({
    field: path,
    description: `Invalid value at '${path}' (${kind}), ${JSON.stringify(value)}`,
  });
}

function camelName(name: string): string {
  return name.replace(/(?!^)_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

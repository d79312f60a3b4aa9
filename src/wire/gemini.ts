// The nouns of Gemini's REST API as they cross the wire. Every object is open: unknown keys pass
// through untouched, because a field this file has not heard of may still matter to the reader.

/** A piece of a turn: text, thought, a call, its response, data, or code and its result. */
export interface GeminiPart {
  text?: string;
  thought?: boolean;
  thoughtSignature?: string;
  functionCall?: {
    id?: string;
    name?: string;
    args?: Record<string, unknown>;
    partialArgs?: unknown[];
    willContinue?: boolean;
  };
  functionResponse?: { id?: string; name?: string; response?: unknown };
  executableCode?: { language?: string; code?: string; id?: string };
  codeExecutionResult?: { outcome?: string; output?: string; id?: string };
  inlineData?: { mimeType?: string; data?: string };
  fileData?: { mimeType?: string; fileUri?: string };
  [key: string]: unknown;
}

/** One turn of a conversation: who speaks, and its parts. */
export interface GeminiContent {
  role?: string;
  parts?: GeminiPart[];
  [key: string]: unknown;
}

/** One of the answers in a chunk. */
export interface GeminiCandidate {
  content?: GeminiContent;
  finishReason?: string | number;
  finishMessage?: string;
  /** Absent in some chunks of real streams; read it as 0. */
  index?: number;
  /** Gemini 4 only: opaque state from which a dropped stream may go on. */
  continuationToken?: string;
  [key: string]: unknown;
}

/** Tokens as Gemini counts them. */
export interface GeminiUsage {
  promptTokenCount?: number;
  candidatesTokenCount?: number;
  thoughtsTokenCount?: number;
  toolUsePromptTokenCount?: number;
  cachedContentTokenCount?: number;
  totalTokenCount?: number;
  [key: string]: unknown;
}

/** One decoded piece of an answer (GenerateContentResponse). */
export interface GeminiChunk {
  candidates?: GeminiCandidate[];
  promptFeedback?: { blockReason?: string; blockReasonMessage?: string; [key: string]: unknown };
  usageMetadata?: GeminiUsage;
  modelVersion?: string;
  responseId?: string;
  error?: GeminiErrorBody;
  [key: string]: unknown;
}

/** google.rpc.Status as JSON. Any field may be missing. */
export interface GeminiErrorBody {
  code?: number | string;
  message?: string;
  status?: string;
  details?: Record<string, unknown>[];
  [key: string]: unknown;
}

/** The body of `:generateContent` and `:streamGenerateContent`. */
export interface GeminiRequest {
  contents: GeminiContent[];
  systemInstruction?: GeminiContent;
  generationConfig?: {
    candidateCount?: number;
    maxOutputTokens?: number;
    responseMimeType?: string;
    responseSchema?: unknown;
    responseJsonSchema?: unknown;
    seed?: number;
    stopSequences?: string[];
    temperature?: number;
    thinkingConfig?: Record<string, unknown>;
    [key: string]: unknown;
  };
  tools?: Record<string, unknown>[];
  toolConfig?: Record<string, unknown>;
  safetySettings?: Record<string, unknown>[];
  cachedContent?: string;
  continuationToken?: string;
  [key: string]: unknown;
}

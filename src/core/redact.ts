// Takes secrets out of text before anyone sees it. Linear in the text; rather one word too many
// than one key too few.

const NAMES =
  "x-goog-api-key|x-api-key|api[-_ ]?key|apikey|(?:proxy-)?authorization|access_token|refresh_token|client_secret|password|secret";
/** In the same line: what follows in the next is another header's. */
const SCHEME = String.raw`(?:(?:Bearer|Basic)[ \t]{1,20})?`;
/** Neither a scheme nor the next name: it would hide the secret behind it. */
const VALUE = String.raw`((?!(?:Bearer|Basic)[ \t]|(?:${NAMES})["'\\]{0,4}\s{0,20}[:=])[^\s"'\\,;&<>(){}[\]]{6,})`;
const QUOTES = String.raw`(?:["'\\]|%22|%27){0,4}`;

/** What stands before a secret in headers, URLs, JSON, Python reprs and command lines. */
const NAMED = new RegExp(
  String.raw`((?:${NAMES}|(?:[?&]|%3F|%26|%22|%27)key|\bkey)${QUOTES}\s{0,20}(?:[:=]|%3A|%3D)\s{0,20}(?:b(?=["']))?${QUOTES}${SCHEME})${VALUE}`,
  "gi",
);
/** Headers as a list of names and values. */
const LISTED = new RegExp(
  String.raw`((?:x-goog-api-key|x-api-key|authorization)["'\\]{1,4},\s{0,20}b?["'\\]{1,4}${SCHEME})${VALUE}`,
  "gi",
);

/** Where a word starts; what is percent-encoded before it is not part of it. */
const START = String.raw`(?:\b|(?<=%[0-9A-Fa-f]{2}))`;

const SHAPES: readonly RegExp[] = [
  // Wherever it stands: nothing else looks like it. The second is the same in base64.
  /AIza[\w-]{20,}/g,
  /QUl6Y[\w+/-]{20,}={0,2}/g,
  ...[
    String.raw`AQ\.[\w.-]{16,}`,
    String.raw`ya29\.[\w.-]{8,}`,
    String.raw`sk-[\w-]{16,}`,
    String.raw`plx_[\w-]{16,}`,
    String.raw`eyJ[\w-]{8,4000}\.[\w-]{8,}\.[\w-]*`,
  ].map((shape) => new RegExp(START + shape, "g")),
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
];

const BEARER = /\b(Bearer|Basic)[ \t]{1,20}([\w.~+/=-]{6,})/gi;
const CREDENTIALS_IN_URL = /(\w:\/\/)[^\s/:@]{0,200}:[^\s/@]{1,200}@/g;
const MASK = "[REDACTED]";
/** A value that says of itself that it is no secret. */
const HARMLESS =
  /^(\[?redacted\]?|<[\w -]*>|\*+|x{4,}|\.{3,}|null|undefined|true|false|invalid|missing)$/i;

/** `secrets` are values known to be secret whatever they look like. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let clean = text;
  for (const secret of secrets) {
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, MASK);
  }
  for (const shape of SHAPES) clean = clean.replace(shape, MASK);
  for (const named of [NAMED, LISTED]) {
    clean = clean.replace(named, (all, name: string, value: string) =>
      HARMLESS.test(value) ? all : `${name}${MASK}`,
    );
  }
  // After the names: it would take a name that follows for the secret.
  clean = clean.replace(BEARER, (_, scheme) => `${scheme} ${MASK}`);
  return clean.replace(CREDENTIALS_IN_URL, `$1${MASK}@`);
}

const FORM_CHARS_MIN = 6;

function formsOf(secret: string): string[] {
  if (secret.length < FORM_CHARS_MIN) return [];
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(secret)));
  const forms = [secret, encodeURIComponent(secret), base64, base64.replace(/={1,2}$/, "")];
  return forms.filter((form) => form.length >= FORM_CHARS_MIN);
}

/** Also what tells of a person or a machine: for evidence handed to others. */
export function redactPersonal(text: string, secrets?: Iterable<string>): string {
  return redact(text, secrets)
    .replace(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g, "[EMAIL]")
    .replace(/(\/(?:home|Users)\/)[^/\s"':]{1,64}/g, "$1[USER]")
    .replace(/([A-Z]:\\Users\\)[^\\\s"':]{1,64}/gi, "$1[USER]");
}

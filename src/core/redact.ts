// Takes secrets out of text before anyone sees it. Linear in the text; rather one word too many
// than one key too few.

/** What stands before a secret in headers, URLs, JSON, Python reprs and command lines. */
const NAMED =
  /((?:x-goog-api-key|x-api-key|api[-_ ]?key|apikey|authorization|proxy-authorization|access_token|refresh_token|client_secret|password|secret|[?&]key|\bkey)["'\\]{0,4}\s{0,3}(?:[:=]|%3A|%3D)\s{0,3}["'\\]{0,4}(?:(?:Bearer|Basic)\s{1,3})?)([^\s"'\\,;&<>(){}[\]]{6,})/gi;

const SHAPES: readonly RegExp[] = [
  /\bAIza[\w-]{20,}/g,
  /\bAQ\.[\w.-]{16,}/g,
  /\bya29\.[\w.-]{8,}/g,
  /\bsk-[\w-]{16,}/g,
  /\bplx_[\w-]{16,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
];

const BEARER = /\b(Bearer|Basic)\s{1,3}([\w.~+/=-]{6,})/gi;
const CREDENTIALS_IN_URL = /(\w:\/\/)[^\s/:@]{1,200}:[^\s/@]{1,200}@/g;
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
  clean = clean.replace(BEARER, (_, scheme) => `${scheme} ${MASK}`);
  clean = clean.replace(NAMED, (all, name: string, value: string) =>
    HARMLESS.test(value) ? all : `${name}${MASK}`,
  );
  return clean.replace(CREDENTIALS_IN_URL, `$1${MASK}@`);
}

const FORM_CHARS_MIN = 6;

function formsOf(secret: string): string[] {
  if (secret.length < FORM_CHARS_MIN) return [];
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(secret)));
  const forms = [secret, encodeURIComponent(secret), base64, base64.replace(/=+$/, "")];
  return forms.filter((form) => form.length >= FORM_CHARS_MIN);
}

/** Also what tells of a person or a machine: for evidence handed to others. */
export function redactPersonal(text: string, secrets?: Iterable<string>): string {
  return redact(text, secrets)
    .replace(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g, "[EMAIL]")
    .replace(/(\/(?:home|Users)\/)[^/\s"':]{1,64}/g, "$1[USER]")
    .replace(/([A-Z]:\\Users\\)[^\\\s"':]{1,64}/gi, "$1[USER]");
}

// Access tokens from Application Default Credentials: a key file, `gcloud auth application-default
// login`, or the metadata server of a Google machine. The library that knows them is loaded when asked.

/** Which credentials, and for what. */
export interface GoogleTokenOptions {
  scopes?: readonly string[];
  /** A file in place of what the environment says. */
  keyFile?: string;
}

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

interface Auth {
  getAccessToken(): Promise<string | null | undefined>;
}

/** A function for the option `token`; the library renews the token when it runs out. */
export function googleToken({
  scopes = [SCOPE],
  keyFile,
}: GoogleTokenOptions = {}): () => Promise<string | undefined> {
  let auth: Promise<Auth> | undefined;
  return async () => {
    auth ??= load().then(
      ({ GoogleAuth }) => new GoogleAuth({ scopes: [...scopes], ...(keyFile && { keyFile }) }),
    );
    return (await (await auth).getAccessToken()) ?? undefined;
  };
}

async function load(): Promise<{ GoogleAuth: new (options: object) => Auth }> {
  try {
    return (await import("google-auth-library")) as never;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message =
      "Application Default Credentials need a library of Google's: npm install google-auth-library";
    throw new Error(message, { cause: error });
  }
}

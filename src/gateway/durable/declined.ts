// An answer of this protocol that is not what was asked for: a status, and what the client may do next.

export class Declined extends Error {
  override name = "Declined";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function notFound(): Declined {
  return new Declined(404, "stream_not_found", "There is no such stream.");
}

export function gone(): Declined {
  return new Declined(410, "stream_gone", "This stream was removed; only its forks go on.");
}

// What an attempt met, as it was met. It is named only when somebody asks, by the table of failures.
import type { FailureCode } from "./failure-table.ts";

export type Problem =
  | { code: FailureCode; message?: string; httpStatus?: number }
  | { thrown: unknown }
  | {
      response: {
        status: number;
        headers: Headers | Record<string, string>;
        body: string;
        url?: string;
      };
    }
  | { body: unknown; httpStatus: number | undefined }
  | { finish: string; message: string | undefined }
  | { block: string; message: string | undefined };

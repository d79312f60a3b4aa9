// The protocol over SQLite.
import { conforms } from "./conformance.ts";

conforms("sqlite", async () => ["--store", "sqlite"]);

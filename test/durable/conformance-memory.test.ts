// The protocol over the log in memory.
import { conforms } from "./conformance.ts";

conforms("memory", async () => ["--store", "memory"]);

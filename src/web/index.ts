// The door of the pages: their entries, for the script that bundles them.
export const PAGES = ["chat", "ops", "doctor"] as const;

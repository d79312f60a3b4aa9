// Dark, light, or as the system says; remembered.

const KEPT = "pollux.theme";
const ORDER = ["system", "dark", "light"] as const;
export type Theme = (typeof ORDER)[number];

export function themeNow(): Theme {
  const kept = localStorage.getItem(KEPT);
  return ORDER.find((name) => name === kept) ?? "system";
}

export function applyTheme(theme: Theme = themeNow()): void {
  localStorage.setItem(KEPT, theme);
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
}

/** The next one, and its name. */
export function turnTheme(): Theme {
  const isDark =
    themeNow() === "dark" ||
    (themeNow() === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const next = isDark ? "light" : "dark";
  applyTheme(next);
  return next;
}

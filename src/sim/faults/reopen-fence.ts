// The fault `reopen-fence`.
import type { Fault } from "./fault.ts";

export const reopenFence: Fault = {
  word: "reopen-fence",
  does: "When asked to go on inside a code block, opens the block again.",
  example: "reopen-fence",
  tell(told) {
    const open = told.delivered.split(/^```/m).length % 2 === 0;
    if (told.how === "fresh" || told.how === "token" || !open) return told;
    return { ...told, text: `\`\`\`js\n${told.text}` };
  },
};

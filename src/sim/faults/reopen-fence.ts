// The fault `reopen-fence`.
import type { Fault } from "./fault.ts";

export const reopenFence: Fault = {
  word: "reopen-fence",
  does: "When asked to go on inside a code block, opens the block again.",
  takes: {},
  example: "attempt 1: cut; attempt 2: reopen-fence",
  tell(told) {
    const isOpen = told.delivered.split(/^```/m).length % 2 === 0;
    if (told.how === "fresh" || told.how === "token" || !isOpen) return told;
    return { ...told, text: `\`\`\`js\n${told.text}` };
  },
};

// The bodies that every contender reads: an answer in Gemini's framing and the same answer in
// OpenAI's, cut into packets. Made by counting, so that two runs read the same bytes.

interface Bodies {
  /** What every contender must have read in the end. */
  text: string;
  gemini: string[];
  openai: string[];
}

const WORDS =
  "The brave knight rode out at dawn, past the mill and the old stone bridge, where the river ran “cold”\n" +
  "and clear – nobody had crossed it since the winter of the long snow; 龍 slept beyond, or so they said 🐉. ";
const PIECE_CHARS = [17, 24, 31, 21, 28];
const CREATED = 1_790_000_000;

/** `events` small events of about 300 bytes each, as Gemini 3 sends them. */
export function makeBodies(events: number): Bodies {
  const letters = [...WORDS];
  const bodies: Bodies = { text: "", gemini: [], openai: [] };
  for (let i = 0, at = 0; i < events; i += 1) {
    let piece = "";
    for (let left = PIECE_CHARS[i % PIECE_CHARS.length]!; left > 0; left -= 1) {
      piece += letters[at++ % letters.length];
    }
    bodies.text += piece;
    bodies.gemini.push(geminiEvent(piece, i + 1, i === events - 1));
    bodies.openai.push(openaiEvent(piece, i === events - 1));
  }
  bodies.openai.push("data: [DONE]\n\n");
  return bodies;
}

/** On the wire there is a space after each colon, none after a comma, and angle brackets are escaped. */
function geminiEvent(text: string, n: number, isLast: boolean): string {
  const finish = isLast ? `"finishReason": "STOP",` : "";
  const usage = `"promptTokenCount": 11,"candidatesTokenCount": ${6 * n},"totalTokenCount": ${11 + 6 * n}`;
  return `data: {"candidates": [{"content": {"parts": [{"text": ${JSON.stringify(text)}}],"role": "model"},${finish}"index": 0}],"usageMetadata": {${usage}},"modelVersion": "gemini-3.6-flash","responseId": "bench0123456789abcdef"}\r\n\r\n`;
}

function openaiEvent(content: string, isLast: boolean): string {
  const choice = { index: 0, delta: { role: "assistant", content }, logprobs: null };
  const finish_reason = isLast ? "stop" : null;
  const about = { id: "chatcmpl-bench0123456789abcdef", object: "chat.completion.chunk" };
  const model = "gemini-3.6-flash";
  const chunk = { ...about, created: CREATED, model, choices: [{ ...choice, finish_reason }] };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** One event of about `bytes` bytes: an image, which is how big events come about. */
export function makeBigEvent(bytes: number): Uint8Array {
  const data = "iVBORw0KGgoAAAANSUhEUgAABAAAAAQ+".repeat(Math.ceil(bytes / 32)).slice(0, bytes);
  const image = `{"inlineData": {"mimeType": "image/png","data": "${data}"}}`;
  const text = `data: {"candidates": [{"content": {"parts": [${image}],"role": "model"},"finishReason": "STOP","index": 0}],"usageMetadata": {"promptTokenCount": 11,"candidatesTokenCount": 1290,"totalTokenCount": 1301},"modelVersion": "gemini-3.6-flash","responseId": "bench0123456789abcdef"}\r\n\r\n`;
  return new TextEncoder().encode(text);
}

export const PACKET_BYTES = 16 * 1024;

/** As a busy socket delivers it: full packets, cut anywhere. */
export function inPackets(bytes: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    packets.push(bytes.subarray(at, at + PACKET_BYTES));
  }
  return packets;
}

/** A fetch whose response is these packets, one for each time that it is asked. */
export function fetchOf(packets: readonly Uint8Array[]): typeof globalThis.fetch {
  return async () => {
    let next = 0;
    const source: UnderlyingDefaultSource<Uint8Array> = {
      pull(controller) {
        const packet = packets[next++];
        if (packet) controller.enqueue(packet);
        else controller.close();
      },
    };
    const body = new ReadableStream(source, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
}

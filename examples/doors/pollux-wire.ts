// Bytes, however the network cut them → frames.
import { encodeNative, type Frame, SseDecode } from "pollux/wire";

const text = `${encodeNative('{"candidates":[]}')}data: half`;
const decode = new SseDecode();
const frames: Frame[] = [];
for (const byte of new TextEncoder().encode(text)) decode.push(Uint8Array.of(byte), frames);
decode.end(frames);
console.log(frames.map(({ kind, data, whole }) => `${kind} ${whole} ${data}`));

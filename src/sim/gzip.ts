// A body in gzip's container, piece by piece, without compressing: each piece is a stored block, so
// that a reader can decode all that has arrived, however the body ends.

const BLOCK_BYTES_MAX = 0xffff;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

export class Gzip {
  private crc = 0xffffffff;
  private size = 0;
  private begun = false;

  push(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = this.begun
      ? []
      : [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)];
    this.begun = true;
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES_MAX) {
      const block = bytes.subarray(at, at + BLOCK_BYTES_MAX);
      const low = block.length & 0xff;
      const high = block.length >> 8;
      parts.push(Uint8Array.of(0, low, high, low ^ 0xff, high ^ 0xff), block);
    }
    for (const byte of bytes)
      this.crc = (TABLE[(this.crc ^ byte) & 0xff] as number) ^ (this.crc >>> 8);
    this.size = (this.size + bytes.length) >>> 0;
    return joined(parts);
  }

  /** The last, empty block and the checks. */
  end(): Uint8Array {
    const head = this.push(new Uint8Array());
    const crc = (this.crc ^ 0xffffffff) >>> 0;
    return joined([
      head,
      Uint8Array.of(1, 0, 0, 0xff, 0xff),
      littleEndian(crc),
      littleEndian(this.size),
    ]);
  }
}

function littleEndian(n: number): Uint8Array {
  return Uint8Array.of(n & 0xff, (n >>> 8) & 0xff, (n >>> 16) & 0xff, (n >>> 24) & 0xff);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

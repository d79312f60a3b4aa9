// How much of a tape is read at a time.

/** As many messages as fit, at least one if there is one. */
export function cutMessages(messages: Iterable<Uint8Array>, bytesMax: number): Uint8Array[] {
  const page: Uint8Array[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (page.length > 0 && bytes + message.length > bytesMax) break;
    page.push(message);
    bytes += message.length;
  }
  return page;
}

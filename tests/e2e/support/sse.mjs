// Reading a stream of AG-UI events as they arrive.

/** Yields each event of a response's `text/event-stream` as soon as it is complete. */
export async function* eventsOf(response) {
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    // A block without data is a comment, sent to keep the connection open.
    for (const block of blocks) if (block.startsWith('data:')) yield JSON.parse(block.slice('data:'.length));
  }
}

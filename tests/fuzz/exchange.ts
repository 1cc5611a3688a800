import { connect } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Conversation } from "./conversation.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface Exchange {
  readonly answers: readonly Answer[];
  /** True where the last answer is to a request of ours after the conversation: all before it are answered then. */
  readonly isWhole: boolean;
}

const lastRequest = "GET /health?last HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
const lastBody = '{"status":"ok"}';
/** Milliseconds without a byte, after which we go on. */
const quiet = 200;
/** Milliseconds in which a server must close a connection whose client has ended its side. */
const patience = 15_000;

/** Writes a conversation and reads what comes until the server closes the connection. Rejects where it never does. */
export async function exchange(port: number, { requests, waits }: Conversation): Promise<Exchange> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  const closed = Promise.withResolvers<void>();
  let received = Buffer.alloc(0);
  let answered = () => {};
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    answered();
  });
  socket.on("end", () => socket.end());
  socket.on("error", (error: NodeJS.ErrnoException) => {
    // A reset in the middle is the server's right; that nobody listens is not.
    if (error.code === "ECONNREFUSED") closed.reject(error);
  });
  socket.on("close", () => {
    closed.resolve();
    answered();
  });

  /** Until something comes, or nothing does for a while: the server may be waiting for what we never send. */
  const answer = () =>
    new Promise<void>((resolve) => {
      answered = resolve;
      setTimeout(resolve, quiet);
    });
  for (const pieces of [...requests, [lastRequest]]) {
    for (const piece of pieces) {
      if (socket.writable && piece !== "") socket.write(piece, "latin1");
      await nextTurn();
    }
    if (waits && socket.readable) await answer();
  }
  for (let length = -1; length < received.byteLength && !socket.destroyed; ) {
    length = received.byteLength;
    await answer();
  }
  socket.end();
  const hang = setTimeout(() => {
    closed.reject(new Error(`For ${patience} ms the server kept a connection open that its client had ended.`));
  }, patience);
  await closed.promise.finally(() => {
    clearTimeout(hang);
    socket.destroy();
  });
  const answers = readAnswers(received.toString("utf8"));
  return { answers, isWhole: answers.at(-1)?.body === lastBody };
}

/** The answers in a text, but those that only ask to go on. */
function readAnswers(text: string): readonly Answer[] {
  const parts = text.split(/(?=HTTP\/1\.1 \d{3}(?: |\r))/).filter((part) => part !== "");
  return parts.map(readAnswer).filter(({ status }) => status < 100 || status >= 200);
}

function readAnswer(text: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [head, body] = end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end + 4)];
  const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    body: isChunked ? body.replace(/(?:^|\r\n)[\da-f]+\r\n/gi, "").trimEnd() : body,
  };
}

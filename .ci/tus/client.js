// A client in a process of its own: it sends a file, or goes on with it where one before it was killed, and says what it asks.
import { createReadStream, statSync } from "node:fs";
import { basename } from "node:path";
import { FileUrlStorage, Upload } from "tus-js-client";

const [endpoint, token, file, kept] = process.argv.slice(2);
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const upload = new Upload(createReadStream(file), {
  endpoint,
  headers: { authorization: `Bearer ${token}` },
  metadata: { filename: basename(file), filetype: "application/pdf" },
  uploadSize: statSync(file).size,
  urlStorage: new FileUrlStorage(kept),
  fingerprint: async () => "the-map",
  retryDelays: [0, 500, 1_000, 1_000, 2_000, 2_000, 4_000, 4_000, 8_000, 8_000],
  onBeforeRequest: (request) => say({ asks: request.getMethod() }),
  onSuccess: ({ lastResponse }) => say({ item: lastResponse.getHeader("content-location") }),
  onError: (error) => {
    say({ failed: String(error) });
    process.exitCode = 1;
  },
});
const [before] = await upload.findPreviousUploads();
if (before) upload.resumeFromPreviousUpload(before);
upload.start();

import { defineConfig } from "vite";

// Every path is the reader's: what is there, the server says. The client lies beside the examples.
export default defineConfig({ appType: "spa", server: { fs: { allow: ["../.."] } } });

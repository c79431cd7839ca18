import { defineConfig } from "vite";

// Every path is the reader's: what is there, the server says.
export default defineConfig({ appType: "spa" });

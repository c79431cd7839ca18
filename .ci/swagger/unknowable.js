// The exceptions: what is in an example although nobody can know it in advance, and what is filled in instead. All else is carried out as it stands.
import { createHmac } from "node:crypto";

/** The code of the moment of a second factor (RFC 6238). */
function code(secret) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const PASSWORD = "a password is made for each run of the demo, and printed";
const LINK = "/v1/desk/users/0198c5a1-7f00-7000-8000-000000000604/password-link";
const PREVIEWS = "/v1/desk/articles/0198c5a1-7f00-7000-8000-000000000505/translations/en/previews";

const FILE = "a file is chosen from a machine, and the example says no more than what it may be";
const document = (words) => ({ name: "terms.pdf", mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.4\n% ${words}\n%%EOF\n`) });

/** By operation: the parameter, or the property of the body, or the file that is the body; why; and what stands there instead. */
export const UNKNOWABLE = {
  add_media: { file: true, why: FILE, is: () => document("Terms of this year.") },
  send_upload: { file: true, type: "application/offset+octet-stream", why: FILE, is: () => document("Terms of another year.") },
  replace_media_file: { file: true, why: FILE, is: () => document("Terms of another year.") },
  sign_in: { property: "password", why: PASSWORD, is: ({ password }) => password },
  change_password: { property: "current", why: PASSWORD, is: ({ password }) => password },
  turn_off_second_factor: { property: "password", why: PASSWORD, is: ({ password }) => password },
  refresh_token: {
    property: "refresh_token",
    why: "a secret of the session that signing in begins",
    is: async (newsroom) => (await newsroom.signIn()).refresh_token,
  },
  confirm_second_factor: {
    property: "code",
    why: "made of the time and of a secret that beginning with it gives",
    is: async (newsroom) => code((await newsroom.askAsAdministrator("/v1/auth/second-factor", {})).secret),
  },
  set_password: {
    property: "token",
    why: "a secret of the link that an administrator makes",
    is: async (newsroom) => (await newsroom.askAsAdministrator(LINK, {})).token,
  },
  show_preview: {
    parameter: "token",
    why: "signed with the server's own key when the preview is made",
    is: async (newsroom) => (await newsroom.askAsAdministrator(PREVIEWS, {})).token,
  },
  revoke_signing_key: {
    parameter: "kid",
    why: "made when the database is begun",
    is: async (newsroom) => (await newsroom.askAsAdministrator("/v1/desk/keys")).data[0].kid,
  },
};

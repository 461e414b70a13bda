/** In the place of iterm2-version, which else looks into the app's own files and brings an XML parser for that. */
export default function iterm2Version(): string | undefined {
  return process.env["TERM_PROGRAM_VERSION"];
}

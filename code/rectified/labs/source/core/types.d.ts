/** What tools/labs.mjs makes of the two special imports. */
declare module "*.wat" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
declare module "*.worker.mjs?text" {
  const text: string;
  export default text;
}

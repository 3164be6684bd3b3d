/** What tools/labs.mjs makes of an import of the worker: its text, joined. */
declare const text: string;
export default text;

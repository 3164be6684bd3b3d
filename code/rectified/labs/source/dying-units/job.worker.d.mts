/** The worker's text, as tools/labs.mjs makes it. */
declare const text: string;
export default text;

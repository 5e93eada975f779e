/** The element's texts in each language: see crates/dashboard/src/made.rs. */
declare const words: Record<"id" | "en", Record<string, string>>;
export default words;

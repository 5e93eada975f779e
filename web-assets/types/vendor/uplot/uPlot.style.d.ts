/** The chart library's style, as a text: see crates/dashboard/src/made.rs. */
declare const style: string;
export default style;

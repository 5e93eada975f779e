//! What is told: rules as people make them, in the page or in the file.
//!
//! | file | it holds |
//! | --- | --- |
//! | `kind` | what a rule watches, in which units, and what is usual for it |
//! | `form` | a rule as JSON: the store's and the API's one form, and its checks |
//! | `rules` | a rule that was checked |
//! | `quiet` | hours in which nothing is told |

mod form;
mod kind;
mod quiet;
mod rules;

pub use form::{QuietForm, RuleError, RuleForm, TargetForm};
pub use kind::{Direction, Kind, Period, Scope, Unit};
pub use quiet::Quiet;
pub use rules::{Rule, Target};

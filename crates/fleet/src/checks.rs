//! A check as the API shows it.

use lalin_http::{Checked, Outcome, Step};
use lalin_mikrotik as mikrotik;

use crate::about;

pub(crate) fn view(report: mikrotik::Report) -> Checked {
    let step = |step: mikrotik::Step| Step {
        code: step.kind.code(),
        outcome: match step.outcome {
            mikrotik::Outcome::Passed { note } => Outcome::Passed(note),
            mikrotik::Outcome::Failed(reason) => Outcome::Failed(reason),
            mikrotik::Outcome::Skipped => Outcome::Skipped,
        },
        took: step.took,
    };
    Checked {
        steps: report.steps.into_iter().map(step).collect(),
        about: report.system_info.map(about::view),
        interfaces: report.interfaces,
        read: report.read,
        fingerprint: report.fingerprint,
    }
}

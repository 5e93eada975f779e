//! What is asked, and what is known of a line beside its samples.

use lalin_alerts::{Language, LineFacts, RouterFacts, Rule};
use lalin_history::Line;
use lalin_stats::{Interface, PointOfView};

pub(super) const DAY_MS: i64 = 86_400_000;

/// What a rule would have told, of which days.
pub(in super::super) struct Asked {
    pub(in super::super) rule: Rule,
    pub(in super::super) routers: Vec<RouterFacts>,
    pub(in super::super) days: i64,
    pub(in super::super) now_ms: i64,
    pub(in super::super) language: Language,
}

/// What was said of a line, and from which side its traffic is called download. The history knows the name alone;
/// customers' sessions are called by their kind.
pub(super) fn of_line(line: &Line, routers: &[RouterFacts]) -> (LineFacts, PointOfView) {
    let facts = routers.iter().find(|router| router.id == line.router);
    let facts = facts.and_then(|router| router.lines.get(&*line.shown)).copied().unwrap_or_default();
    let kind = if line.shown.starts_with("<pppoe-") { "pppoe-in" } else { "ether" };
    let side = facts.point_of_view.unwrap_or_else(|| PointOfView::of(&Interface::new("", &line.shown, kind)));
    (facts, side)
}

//! The chosen line's last minutes in dots of braille: download above, upload below the middle line, as in the page.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType};

use super::figures::round_up;
use super::look::Look;
use super::table::{POINTS, Point};
use crate::figures::rate;

/// Draws the points into the area.
pub(super) fn chart(frame: &mut Frame<'_>, area: Rect, points: &[Point], look: Look) {
    let most = |pick: fn(&Point) -> Option<u64>| points.iter().filter_map(pick).max().unwrap_or_default();
    let top = round_up(most(|point| point.0).max(most(|point| point.1)));
    let first = POINTS.saturating_sub(points.len());
    let down = runs(points, first, |point| point.0, 1.0);
    let up = runs(points, first, |point| point.1, -1.0);
    let middle = [(0.0, 0.0), (POINTS as f64, 0.0)];
    let set =
        |data, style| Dataset::default().marker(Marker::Braille).graph_type(GraphType::Line).style(style).data(data);
    let mut sets = vec![set(&middle[..], Style::new().dim())];
    sets.extend(down.iter().map(|run| set(run, look.down)));
    sets.extend(up.iter().map(|run| set(run, look.up)));
    let labels = [rate(top), "0".to_owned(), rate(top)].map(Line::from);
    let axis = Axis::default().bounds([-top, top]).labels(labels);
    let time = Axis::default().bounds([0.0, POINTS as f64]);
    frame.render_widget(Chart::new(sets).x_axis(time).y_axis(axis).legend_position(None), area);
}

/// The stretches without a gap: no line is drawn over what was not measured.
fn runs(points: &[Point], first: usize, pick: fn(&Point) -> Option<u64>, sign: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (place, point) in (first..).zip(points) {
        match (pick(point), runs.last_mut()) {
            (Some(bps), Some(run)) => run.push((place as f64, bps as f64 * sign)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_not_drawn_over() {
        let points = [(Some(1), None), (None, None), (Some(2), Some(5)), (Some(3), Some(6))];
        assert_eq!(runs(&points, 10, |point| point.0, 1.0), [vec![(10.0, 1.0)], vec![(12.0, 2.0), (13.0, 3.0)]]);
        assert_eq!(runs(&points, 10, |point| point.1, -1.0), [vec![(12.0, -5.0), (13.0, -6.0)]]);
    }
}

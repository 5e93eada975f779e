//! Everything that one scrape shows, in the order it is sent, made while it is sent.

use std::sync::Arc;

use bytes::Bytes;
use lalin_monitor::Router;

use crate::api_state::ApiState;
use crate::auth::Visibility;

use super::exposition::Format;
use super::line_families::{FACTS, FAMILIES, RouterLines, Writing};
use super::metrics_settings::MetricsSettings;
use super::own_families::{self, Own};
use super::router_families;

/// About so many bytes are made at a time.
const PIECE: usize = 32 * 1_024;

/// The pieces of a scrape's answer.
pub(super) struct Scrape {
    format: Format,
    timestamps: bool,
    routers: Vec<RouterLines>,
    /// What comes before the lines' metrics.
    head: Option<String>,
    /// The family that is being written (the facts come last), how many routers of it are, and how many lines of the next.
    family: usize,
    router: usize,
    line: usize,
    ended: bool,
}

impl Scrape {
    pub(super) fn of(api: &ApiState, visibility: &Visibility, settings: &MetricsSettings, format: Format) -> Self {
        let seen = |router: &Arc<Router>| visibility.sees_router(router.id());
        let watched: Vec<Arc<Router>> = api.monitor.routers().into_iter().filter(seen).collect();
        if settings.record {
            watched.iter().for_each(|router| router.touch());
            // What the routers say of themselves, too: at most twice a minute.
            if let Ok(admin) = api.admin() {
                admin.refresh_system_info();
            }
        }
        let mut room = settings.most_lines;
        let lines = watched.iter().filter_map(|router| {
            let lines = RouterLines::of(router, visibility, settings, room)?;
            room -= lines.count();
            Some(lines)
        });
        let routers: Vec<RouterLines> = lines.collect();
        let details = visibility.sees_details();
        let own = Own {
            routers: watched.len(),
            viewers: watched.iter().map(|router| router.viewers()).sum(),
            lines: routers.iter().map(RouterLines::count).sum(),
            left_out: routers.iter().map(|lines| lines.left_out).sum(),
            process: details.then_some(api.started_unix.as_secs_f64()),
            extra: api.extra_metrics.as_ref().filter(|_| details).map(|extra| extra.now()).unwrap_or_default(),
        };
        let mut head = String::new();
        own_families::write(&own, format, &mut head);
        let admin = api.admin().ok().filter(|_| details);
        router_families::write(&watched, admin, format, &mut head);
        Self {
            format,
            timestamps: settings.timestamps,
            routers,
            head: Some(head),
            family: 0,
            router: 0,
            line: 0,
            ended: false,
        }
    }
}

impl Iterator for Scrape {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if let Some(head) = self.head.take() {
            return Some(head.into());
        }
        if self.ended {
            return None;
        }
        let mut piece = String::with_capacity(PIECE + PIECE / 4);
        while piece.len() < PIECE && self.family <= FAMILIES.len() {
            let family = FAMILIES.get(self.family);
            if self.router == 0 && self.line == 0 {
                family.map_or(&FACTS, |(family, _)| family).head(self.format, &mut piece);
            }
            let Some(lines) = self.routers.get(self.router) else {
                (self.family, self.router) = (self.family + 1, 0);
                continue;
            };
            let writing = Writing { format: self.format, timestamps: self.timestamps, until: PIECE };
            let left = match family {
                Some(family) => lines.samples(family, self.line, writing, &mut piece),
                None => lines.facts(self.line, writing, &mut piece),
            };
            // The rest of a router with thousands of lines comes in the next pieces.
            self.line = left.unwrap_or(0);
            self.router += usize::from(left.is_none());
        }
        if self.family > FAMILIES.len() {
            self.ended = true;
            piece.push_str(self.format.end());
        }
        Some(piece.into())
    }
}

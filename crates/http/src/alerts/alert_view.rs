//! An alert as it is shown: to each who may see what it is about, and with as much detail as they may see.

use std::sync::Arc;

use lalin_alerts::{Alert, HeldBy, Language, PastOf, Telling, describe, time_zone};
use lalin_fleet::Alerting;
use lalin_store::Grant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Visibility;
use crate::history::now_ms;

/// One alert.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Alert)]
pub(crate) struct AlertView {
    id: String,
    /// The rule's id.
    rule: String,
    rule_name: String,
    /// What the rule watches, such as `line-down`.
    kind: &'static str,
    router: Option<String>,
    interface: Option<String>,
    /// `critical`, `warning` or `info`.
    severity: &'static str,
    /// `pending`, `firing`, `clearing`, `flapping` or `cleared`.
    state: &'static str,
    /// What keeps it from being judged.
    held_by: Option<HeldByView>,
    /// ms since 1970, as all times here.
    since: i64,
    fired_at: Option<i64>,
    cleared_at: Option<i64>,
    value: Option<f64>,
    bound: Option<f64>,
    unit: Option<lalin_alerts_unit::UnitView>,
    /// What is said of it, in the language that was asked for.
    text: String,
    acknowledged: Option<AcknowledgedView>,
    /// When it will be over if it stays well.
    clears_at: Option<i64>,
    /// Why it is not told yet: `gathering`, `quiet`, `maintenance` or `no-channel`.
    untold: Option<&'static str>,
    told: Vec<ToldView>,
}

/// What holds an alert.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertHeldBy)]
struct HeldByView {
    router: String,
    reason: String,
}

/// Who looks after an alert.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertAcknowledged)]
struct AcknowledgedView {
    by: String,
    at: i64,
}

/// Where an alert was told.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertTold)]
struct ToldView {
    channel: String,
    at: i64,
    /// `queued`, `sending`, `sent`, `failed`, `lost`, `merged`, `skipped`, or `unknown` a month later.
    result: String,
}

/// Units as they are written.
mod lalin_alerts_unit {
    use lalin_alerts::Unit;
    use serde::Serialize;
    use utoipa::ToSchema;

    #[derive(Clone, Copy, Serialize, ToSchema)]
    #[serde(rename_all = "kebab-case")]
    #[schema(as = AlertUnit)]
    pub(super) enum UnitView {
        Bps,
        PercentOfLink,
        PercentOfPackage,
        Bytes,
        PerSecond,
        Percent,
        Seconds,
    }

    impl From<Unit> for UnitView {
        fn from(unit: Unit) -> Self {
            match unit {
                Unit::Bps => Self::Bps,
                Unit::PercentOfLink => Self::PercentOfLink,
                Unit::PercentOfPackage => Self::PercentOfPackage,
                Unit::Bytes => Self::Bytes,
                Unit::PerSecond => Self::PerSecond,
                Unit::Percent => Self::Percent,
                Unit::Seconds => Self::Seconds,
            }
        }
    }
}

/// Whether an alert may be seen. Whoever sees single lines of a router sees of the router itself what concerns them:
/// that it is away, and not how busy it is.
pub(crate) fn is_seen(visibility: &Visibility, alert: &Alert) -> bool {
    let Some(router) = alert.router.as_ref().and_then(|id| id.parse().ok()) else { return visibility.sees_details() };
    match &alert.interface {
        Some(line) => visibility.sees_interface(&router, line),
        None => {
            visibility.sees_whole_router(&router) || (visibility.sees_router(&router) && alert.kind.concerns_lines())
        }
    }
}

/// The same as the past is asked for it; `None`: all of it.
pub(super) fn seen_past(visibility: &Visibility) -> Option<Vec<PastOf>> {
    let of = |grant: &Grant| PastOf { router: grant.router.to_string(), interface: grant.interface.clone() };
    visibility.access().grants().map(|grants| grants.iter().map(of).collect())
}

/// What holds an alert, as far as that may be seen: another line's name is none of everybody's.
fn held_by(visibility: &Visibility, held: &HeldBy) -> Option<HeldByView> {
    let line = held.reason.split_once(':').map(|(_, line)| line);
    let is_named = line.is_none_or(|line| visibility.sees_interface(&held.router, line));
    let reason = if is_named { held.reason.as_str() } else { held.reason.split(':').next().unwrap_or_default() };
    let seen = visibility.sees_router(&held.router);
    seen.then(|| HeldByView { router: held.router.to_string(), reason: reason.to_owned() })
}

impl AlertView {
    pub(super) fn of(
        alert: &Alert,
        tellings: Vec<Telling>,
        visibility: &Visibility,
        language: Language,
        zone: &str,
    ) -> Self {
        let details = visibility.sees_details();
        let mut shown = alert.clone();
        if !details {
            // Other routers' names, and why one does not answer, are not for everyone.
            shown.behind.clear();
            shown.detail = shown.detail.filter(|_| alert.kind.is_event());
        }
        let told = tellings.into_iter().filter(|_| details);
        Self {
            id: alert.id.to_string(),
            rule: alert.rule.to_string(),
            rule_name: alert.rule_name.clone(),
            kind: alert.kind.word(),
            router: alert.router.clone(),
            interface: alert.interface.as_deref().map(str::to_owned),
            severity: alert.severity.word(),
            state: alert.state.word(),
            held_by: alert.held_by.as_ref().and_then(|held| held_by(visibility, held)),
            since: alert.since_ms,
            fired_at: alert.fired_ms,
            cleared_at: alert.cleared_ms,
            value: alert.value,
            bound: alert.bound,
            unit: alert.unit.map(Into::into),
            text: describe(&shown, language, &time_zone(zone), now_ms()),
            acknowledged: alert
                .acknowledged
                .as_ref()
                .filter(|_| details)
                .map(|by| AcknowledgedView { by: by.by.clone(), at: by.at }),
            clears_at: alert.clears_at_ms,
            untold: alert.untold.map(untold),
            told: told.map(|one| ToldView { channel: one.channel, at: one.at_ms, result: one.result }).collect(),
        }
    }
}

fn untold(why: lalin_alerts::Untold) -> &'static str {
    match why {
        lalin_alerts::Untold::Gathering => "gathering",
        lalin_alerts::Untold::Quiet => "quiet",
        lalin_alerts::Untold::Maintenance => "maintenance",
        lalin_alerts::Untold::NoChannel => "no-channel",
    }
}

/// Alerts that may be seen, for the event stream. Where they were told is in the list only.
pub(crate) fn seen_alerts(
    alerting: &Alerting,
    seen: &[Arc<Alert>],
    visibility: &Visibility,
    language: Option<Language>,
) -> Vec<AlertView> {
    let settings = alerting.settings();
    let language = language.unwrap_or(settings.language);
    let mut views: Vec<AlertView> =
        seen.iter().map(|alert| AlertView::of(alert, Vec::new(), visibility, language, settings.zone.name())).collect();
    views.sort_by(|one, other| other.since.cmp(&one.since).then_with(|| one.id.cmp(&other.id)));
    views
}

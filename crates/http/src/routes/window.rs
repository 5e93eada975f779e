//! `GET /api/v1/window`: a part of the recent window, as the stream's `window` event shows it.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use lalin_monitor::Router;
use lalin_stats::Interface;
use tokio::time::Instant;

use crate::Problem;
use crate::answers::{Kind, Sampled};
use crate::api_state::ApiState;
use crate::auth::Visibility;
use crate::json::{WindowView, answer};
use crate::lines::LineView;

use super::interface_selection::InterfaceSelection;
use super::parameters::Parameters;
use super::requested_router::requested_router;

/// The most interfaces in one answer. A whole day of thousands would be too much for a page.
const MOST: usize = 64;
/// So much more than the longest window may be asked for: a line on a chart enters from beyond its left edge.
const MARGIN: Duration = Duration::from_secs(15);
/// A longer one takes so long to write that it is made on a thread of its own.
const LONG: Duration = Duration::from_secs(900);

#[utoipa::path(
    get,
    path = "/api/v1/window",
    tag = "live",
    params(
        ("router" = Option<String>, Query, description = "A router's id; without it the first router"),
        ("interface" = String, Query, description = "Names with commas between, or repeated; at most 64"),
        ("window" = Option<u64>, Query, description = "Seconds"),
        ("token" = Option<String>, Query, description = "A share link's secret")
    ),
    responses((status = 200, description = "OK", body = WindowView))
)]
pub(crate) async fn get(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let parameters = Parameters::of(&request, &["interface", "router", "token", "window"])?;
    let visibility = Visibility::of(&request);
    let routers = api.monitor.changes();
    let router = requested_router(&api, &visibility, &request, &parameters)?;
    let longest = router.settings().longest_window.max(router.settings().window);
    let window = parameters.seconds("window", longest + MARGIN)?;
    let Some(selection) = parameters.selection("interface") else {
        let detail = "name the interfaces: interface= for each, or with commas between";
        return Err(Problem::bad_parameter("interface", detail));
    };
    if selection.len() > MOST {
        return Err(Problem::bad_parameter("interface", format!("at most {MOST} at once")));
    }
    let status = router.status();
    let body = Body { router: router.clone(), window, selection, visibility: visibility.clone() };
    // Before the first sample there is nothing to share.
    let Some(moment) = router.moment(Instant::now()) else { return Ok(answer(body.view())) };
    let (state, lines) = (visibility.state_view(&status), LineView::default());
    let sampled = Sampled {
        kind: Kind::Window,
        router: &router,
        routers,
        status: &status,
        state: &state,
        moment: &moment,
        visibility: &visibility,
        lines: &lines,
        parameters: parameters.without_credentials(),
        by_moment: false,
        large: window > LONG,
    };
    // Into memory: it cannot fail.
    sampled.answer(&api, &request, |_| (), move |_| serde_json::to_vec(&body.view()).unwrap_or_default()).await
}

/// What the body is made of.
struct Body {
    router: Arc<Router>,
    window: Duration,
    selection: InterfaceSelection,
    visibility: Visibility,
}

impl Body {
    fn view(&self) -> WindowView {
        // A little more, so that a line on a chart starts at the left edge.
        let recent = self.router.recent_window(self.window + Duration::from_secs(1));
        let seen = |interface: &Interface| self.visibility.sees_interface(self.router.id(), &interface.name);
        let known = recent.interfaces();
        let known = known.iter().map(|(interface, identity)| (&***interface, *identity));
        let wanted = self.selection.among(known.filter(|(interface, _)| seen(interface)));
        WindowView::of(&recent, |one, identity| seen(one) && wanted.has(one, identity), seen)
    }
}

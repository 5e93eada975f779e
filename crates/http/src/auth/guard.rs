//! The middleware that every request passes: it finds out who asks, and whether the route is for them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, ResponseError};

use crate::Problem;
use crate::answers::encoded;
use crate::server::{LARGEST_ANONYMOUS_BODY, LARGEST_BODY, limit_body};

use super::authentication::{authenticate, is_change};
use super::client_address::ClientAddress;
use super::principal::{Principal, PrincipalKind};
use super::route_policy::{RoutePolicy, route_policy};
use super::service::Auth;
use super::{base_path, origin};

/// Stands in answers of a node that has lost the others of its cluster: since when, ms.
const OLD_STATE: HeaderName = HeaderName::from_static("x-lalin-state-old-ms");

/// A middleware: `App::new().wrap(actix_web::middleware::from_fn(lalin_http::guard))`.
///
/// # Errors
/// Whatever the wrapped services answer with; a refusal is an answer, not an error.
pub async fn guard(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(base) = request.app_data::<Data<Auth>>().map(|auth| auth.settings().base_path.clone()) {
        base_path::strip(&mut request, &base);
    }
    // Before the store is asked anything, so that a body which is too large costs nothing.
    let most = match route_policy(request.method(), request.path()) {
        RoutePolicy::Account | RoutePolicy::Person | RoutePolicy::Administrator => LARGEST_BODY,
        RoutePolicy::Public | RoutePolicy::Anyone | RoutePolicy::Liveness | RoutePolicy::Viewer => {
            LARGEST_ANONYMOUS_BODY
        }
    };
    let admitted = match limit_body(&mut request, most) {
        Ok(()) => admit(&request).await,
        Err(problem) => Err(problem),
    };
    match admitted {
        Ok(principal) => {
            let revision = principal.revision();
            let auth = request.app_data::<Data<Auth>>().cloned();
            request.extensions_mut().insert(principal);
            let mut response = next.call(request).await?;
            let Some(auth) = auth else { return Ok(response.map_into_left_body()) };
            if let Some(age) = auth.old_state() {
                let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
                response.headers_mut().insert(OLD_STATE, age.into());
            }
            auth.let_repeat(&mut response, revision);
            Ok(encoded(response, auth.contents()).await)
        }
        Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
}

/// The request's principal, if the route is for them.
async fn admit(request: &ServiceRequest) -> Result<Principal, Problem> {
    let auth = request.app_data::<Data<Auth>>();
    let auth = auth.ok_or_else(|| Problem::forbidden("the application has no authentication"))?;
    let settings = auth.settings();
    let header = |name: &HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let client = ClientAddress::of(request, settings);
    let address = client.address;
    if !origin::is_our_name(header(&HOST), client.by_trusted_proxy, settings) {
        return Err(Problem::misdirected(
            "this server answers only to the names of its own machine, to those in [server] hosts, and to what a trusted \
             proxy passes on",
        ));
    }
    let policy = route_policy(request.method(), request.path());
    if is_change(request.method()) {
        let fetch_site = header(&HeaderName::from_static("sec-fetch-site"));
        if !origin::is_same_site(&client, header(&ORIGIN), fetch_site) {
            return Err(Problem::misdirected("another site's page made this request"));
        }
    }
    request.extensions_mut().insert(client);
    // Pages and health checks work even when the database cannot be read.
    if policy == RoutePolicy::Public {
        return Ok(Principal::anonymous(address));
    }
    if policy == RoutePolicy::Liveness {
        let principal = authenticate(auth, request, address).await.ok().flatten();
        return Ok(principal.unwrap_or_else(|| Principal::anonymous(address)));
    }
    // Read before the look-up, so that a stream notices what changes after it.
    let revision = auth.access_revision();
    let principal = authenticate(auth, request, address).await?;
    let Some(principal) = principal else {
        return match policy {
            RoutePolicy::Public | RoutePolicy::Anyone => Ok(Principal::anonymous(address)),
            _ if auth.has_administrator().await? => Err(Problem::login_needed()),
            _ => Err(Problem::setup_needed()),
        };
    };
    let enough = match policy {
        // On an open server, someone who is not logged in is asked to log in for more.
        RoutePolicy::Account | RoutePolicy::Person | RoutePolicy::Administrator if principal.is_public() => {
            return Err(Problem::login_needed());
        }
        RoutePolicy::Public | RoutePolicy::Liveness | RoutePolicy::Anyone | RoutePolicy::Viewer => true,
        RoutePolicy::Account => !principal.is_share_link(),
        RoutePolicy::Person => matches!(principal.kind(), PrincipalKind::Person(..)),
        RoutePolicy::Administrator => principal.is_administrator(),
    };
    if enough { Ok(principal.looked_up_at(revision)) } else { Err(Problem::forbidden("this is for administrators")) }
}

//! The API's routes, put together.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use lalin_fleet::RouterAdmin;
use lalin_monitor::Monitor;
use tokio_util::sync::CancellationToken;

use crate::api_state::{ApiSettings, ApiState};
use crate::json::{Methods, no_such_path, wrong_method};
use crate::routes::{
    accounts, audit_log, business, embed_origins, health, interface_stats, interfaces, layouts, lines, log_level,
    login, readiness, routers, tokens, window,
};
use crate::{Auth, Readiness, alerts, history, openapi, stream};

/// The API over a monitor. Cheap to clone: one for each worker.
#[derive(Clone, Debug)]
pub struct Api(Data<ApiState>);

impl Api {
    /// An API that shows these routers and cannot change them.
    pub fn new(monitor: Arc<Monitor>, settings: ApiSettings) -> Self {
        Self(Data::new(ApiState::new(monitor, settings, None)))
    }

    /// An API that shows these routers, and adds, changes, checks and discovers them through `admin`.
    pub fn with_admin(monitor: Arc<Monitor>, settings: ApiSettings, admin: Arc<dyn RouterAdmin>) -> Self {
        Self(Data::new(ApiState::new(monitor, settings, Some(admin))))
    }

    /// Cancel it to end every open stream, so that a server can stop at once.
    pub fn stop_token(&self) -> CancellationToken {
        self.0.stop.clone()
    }

    /// Whoever stops the server says so here first, so that a balancer sends nobody any more.
    pub fn readiness(&self) -> Readiness {
        self.0.readiness.clone()
    }

    /// Adds the routes to an application.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let state = self.0.clone();
        move |config| {
            let only_get = || web::route().to(wrong_method);
            config
                .app_data(state)
                .app_data(Data::new(Methods(openapi::methods)))
                .service(web::resource("/api/interface-stats").get(interface_stats::get).default_service(only_get()))
                .service(web::resource("/api/v1/interfaces").get(interfaces::get).default_service(only_get()))
                .service(web::resource("/api/v1/stream").get(stream::get).default_service(only_get()))
                .service(web::resource("/api/v1/alerts/stream").get(stream::alerts).default_service(only_get()))
                .service(web::resource("/api/v1/window").get(window::get).default_service(only_get()))
                .configure(openapi::routes)
                .configure(business::routes)
                .configure(history::routes)
                .configure(alerts::routes)
                .configure(routers::routes)
                .configure(lines::routes)
                .configure(layouts::routes)
                .configure(log_level::routes)
                .service(
                    web::resource("/api/v1/routers/{id}/interfaces").get(interfaces::get).default_service(only_get()),
                )
                .service(web::resource("/api/v1/routers/{id}/stream").get(stream::get).default_service(only_get()))
                .service(web::resource("/healthz").get(health::get).default_service(only_get()))
                .service(web::resource("/readyz").get(readiness::get).default_service(only_get()))
                .service(web::scope("/api").default_service(web::route().to(no_such_path)));
            #[cfg(feature = "metrics")]
            config.service(web::resource("/metrics").get(crate::metrics::get).default_service(only_get()));
        }
    }
}

impl Auth {
    /// Adds the routes of logins, accounts and tokens to an application. They have to come before those of the API, and
    /// [`guard`](crate::guard) has to wrap the application.
    pub fn routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        let auth = Data::new(self.clone());
        move |config| {
            config
                .app_data(auth)
                .configure(login::routes)
                .configure(accounts::routes)
                .configure(audit_log::routes)
                .configure(tokens::routes)
                .configure(embed_origins::routes);
        }
    }
}

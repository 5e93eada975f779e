//! `/api/v1/embed-origins`: the other sites whose pages may show the traffic.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::json::answer;
use crate::{Auth, Principal, Problem};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(web::resource("/api/v1/embed-origins").get(list).put(change));
}

async fn list(auth: Data<Auth>) -> HttpResponse {
    answer(view(&auth))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Origins {
    origins: Vec<String>,
}

async fn change(auth: Data<Auth>, principal: Principal, form: Json<Origins>) -> Result<HttpResponse, Problem> {
    let origins = auth.store()?.set_embed_origins(form.into_inner().origins).await?;
    auth.record(&principal, "embed.origins", origins.join(" ")).await;
    auth.embed_origins().keep(origins);
    Ok(answer(view(&auth)))
}

fn view(auth: &Auth) -> Value {
    let origins = auth.embed_origins();
    json!({ "origins": origins.kept(), "fromFile": origins.configured() })
}

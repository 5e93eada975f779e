//! `/api/v1/alert-rules`: the rules of the file, which are changed there, and those of the page.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use lalin_alerts::{Rule, RuleForm};
use lalin_fleet::Alerting;
use serde_json::{Value, json};

use crate::api_state::ApiState;
use crate::json::{answer, created, no_content};
use crate::routes::Parameters;
use crate::{Auth, Principal, Problem};

/// Every rule.
#[utoipa::path(
    get,
    path = "/api/v1/alert-rules",
    tag = "alerts",
    params(("token" = Option<String>, Query, description = "A token")),
    responses((status = 200, description = "OK: `rules`", body = serde_json::Value))
)]
pub(crate) async fn list(api: Data<ApiState>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Parameters::of(&request, &["token"])?;
    let rules = api.alerting().map(|alerting| alerting.rules()).unwrap_or_default();
    Ok(answer(json!({ "rules": rules.iter().map(RuleForm::from).collect::<Vec<_>>() })))
}

/// Makes a rule.
#[utoipa::path(
    post,
    path = "/api/v1/alert-rules",
    tag = "alerts",
    request_body = serde_json::Value,
    responses((status = 201, description = "Made", body = serde_json::Value))
)]
pub(crate) async fn add(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    form: Json<Value>,
) -> Result<HttpResponse, Problem> {
    let (alerting, rule) = (api.alerts()?, checked(form.into_inner(), "new")?);
    let adding = auth.store()?.add_alert_rule(written(&rule)?);
    let made = |id: &_| format!("{id} {}", rule.name);
    let id = auth.audited_as(&principal, "alert-rule.add", rule.name.to_string(), adding, made).await?;
    alerting.reload().await?;
    Ok(created(in_force(alerting, &id.to_string())?))
}

/// Changes a rule: what is left out is as usual for its kind.
#[utoipa::path(
    put,
    path = "/api/v1/alert-rules/{id}",
    tag = "alerts",
    params(("id" = String, Path)),
    request_body = serde_json::Value,
    responses((status = 200, description = "OK", body = serde_json::Value))
)]
pub(crate) async fn change(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    id: Path<String>,
    form: Json<Value>,
) -> Result<HttpResponse, Problem> {
    let alerting = api.alerts()?;
    let number = stored(alerting, &id)?;
    let rule = checked(form.into_inner(), &id)?;
    let changing = auth.store()?.change_alert_rule(number, written(&rule)?);
    auth.audited(&principal, "alert-rule.change", format!("{id} {}", rule.name), changing).await?;
    alerting.reload().await?;
    Ok(answer(in_force(alerting, &id)?))
}

/// Removes a rule; what it has told of ends, and that is told.
#[utoipa::path(
    delete,
    path = "/api/v1/alert-rules/{id}",
    tag = "alerts",
    params(("id" = String, Path)),
    responses((status = 204, description = "Done"))
)]
pub(crate) async fn remove(
    api: Data<ApiState>,
    auth: Data<Auth>,
    principal: Principal,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let alerting = api.alerts()?;
    let removing = auth.store()?.remove_alert_rule(stored(alerting, &id)?);
    auth.audited(&principal, "alert-rule.remove", id.as_str(), removing).await?;
    alerting.reload().await?;
    Ok(no_content())
}

/// A rule that can be used, from a body.
pub(super) fn checked(body: Value, id: &str) -> Result<Rule, Problem> {
    let form: RuleForm = serde_json::from_value(body).map_err(|error| Problem::bad_parameter("rule", error))?;
    form.rule(id, false).map_err(|error| Problem::bad_parameter(error.field, error.problem))
}

fn written(rule: &Rule) -> Result<String, Problem> {
    let form = RuleForm { id: None, ..RuleForm::from(rule) };
    serde_json::to_string(&form).map_err(|error| Problem::bad_parameter("rule", error))
}

/// The number of a rule of the page; one of the file cannot be changed here.
fn stored(alerting: &Alerting, id: &str) -> Result<i64, Problem> {
    match alerting.rules().iter().find(|rule| *rule.id == *id) {
        Some(rule) if rule.from_file => {
            Err(Problem::in_file("this rule is in the configuration file: change it there"))
        }
        _ => id.parse().map_err(|_| lalin_store::Error::Unknown { what: "alert rule" }.into()),
    }
}

fn in_force(alerting: &Alerting, id: &str) -> Result<RuleForm, Problem> {
    let rules = alerting.rules();
    let rule = rules.iter().find(|rule| *rule.id == *id);
    rule.map(RuleForm::from).ok_or_else(|| lalin_store::Error::Unknown { what: "alert rule" }.into())
}

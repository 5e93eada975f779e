//! The API's description against the handlers, and against a file in which a change of it is seen.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::auth_server::{AuthServer, Credentials};
use crate::route_policies::declared;

const FILE: &str = "src/openapi/description.json";
/// Routes whose description is written elsewhere: no JSON.
const ELSEWHERE: &[&str] = &["/metrics"];

/// The description, and a server with the keys of an administrator.
async fn described() -> (AuthServer, Credentials, Value) {
    let server = AuthServer::with_administrator(false).await;
    let keys = server.log_in("sari").await;
    let document = server.get("/api/v1/openapi.json", &keys).await;
    assert_eq!(document.status, 200);
    (server, keys, document.body)
}

/// Every operation of the description: method, path, and what it says.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let of = |(path, item): (&String, &'_ Value)| {
        let item = item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()));
        item.collect::<Vec<_>>()
    };
    let named: Vec<_> = paths.flat_map(of).collect();
    let said = |(method, path): (String, String)| {
        let operation = &document["paths"][&path][method.to_lowercase()];
        (method, path, operation)
    };
    named.into_iter().map(said).collect()
}

#[actix_web::test]
async fn every_route_is_described_and_every_description_has_a_route() {
    let (.., document) = described().await;
    assert_eq!(document["openapi"], "3.1.0");
    let described: BTreeSet<_> = operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
    let routes: BTreeSet<_> = declared().into_iter().filter(|(_, path)| !ELSEWHERE.contains(&path.as_str())).collect();
    assert_eq!(routes, described);
}

#[actix_web::test]
async fn every_operation_has_the_query_parameters_of_its_handler() {
    let (server, keys, document) = described().await;
    let mut compared = 0;
    for (method, path, operation) in operations(&document) {
        let none = Vec::new();
        let parameters = operation["parameters"].as_array().unwrap_or(&none).iter();
        let query = parameters.filter(|parameter| parameter["in"] == "query");
        let said: BTreeSet<_> = query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect();
        if method != "GET" {
            assert!(said.is_empty(), "{method} {path} reads its body");
            continue;
        }
        // The handler tells what it knows when it is asked for something else.
        let asked = path.replace("{id}", "pop-1") + "?nonsense=1";
        let answer = server.get(&asked, &keys).await;
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        let Some((_, known)) = detail.split_once("known: ") else {
            assert!(said.is_empty(), "{path} has parameters nobody asks for: {}", answer.body);
            continue;
        };
        let known: BTreeSet<_> = known.split(", ").filter(|name| *name != "none").map(str::to_owned).collect();
        assert_eq!(said, known, "{path}");
        compared += 1;
    }
    assert!(compared > 15, "{compared}");
}

#[actix_web::test]
async fn everything_that_is_referred_to_is_there_and_every_failure_is_a_problem() {
    let (.., document) = described().await;
    let mut open = vec![&document];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                    seen += 1;
                }
                open.extend(object.values());
            }
            Value::Array(values) => open.extend(values),
            _ => {}
        }
    }
    assert!(seen > 50, "{seen}");
    let ids: BTreeSet<_> =
        operations(&document).iter().map(|(.., operation)| operation["operationId"].to_string()).collect();
    assert_eq!(ids.len(), operations(&document).len(), "every operation has a name of its own");
    for (method, path, operation) in operations(&document) {
        assert_eq!(
            operation["responses"]["default"],
            json!({"$ref": "#/components/responses/Problem"}),
            "{method} {path}"
        );
    }
    let codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].as_array().unwrap();
    assert!(codes.contains(&json!("unknown-router")));
}

/// `LALIN_GOLDEN=write` takes the description as it is; the tests then want another run.
#[actix_web::test]
async fn the_description_that_is_served_is_that_of_the_handlers() {
    let mut document: Value = serde_json::from_str(&lalin_http::description_by_handlers().unwrap()).unwrap();
    assert_eq!(described().await.2["info"]["version"], document["info"]["version"]);
    document["info"]["version"] = json!("…");
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var("LALIN_GOLDEN").is_ok_and(|word| word == "write") {
        std::fs::write(&file, &text).unwrap();
    }
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = before.lines().zip(text.lines()).find(|(old, new)| old != new);
    assert!(before == text, "{FILE} describes something else, the first: {differs:?}");
}

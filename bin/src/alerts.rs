//! The alerts of the server: opened from the configuration, and watched for while it runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lalin_alerts::channel::{ChannelForm, Secrets, Transport};
use lalin_alerts::{Database, Language, Rule, RuleForm, SharedStates};
use lalin_config::{AlertTable, Config, Lang};
use lalin_fleet::{Alerting, AlertingSettings, AlertingStart, Channels, Fleet, Recording};
use lalin_history::Zone;
use lalin_store::Store;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// The file beside the other data.
const FILE: &str = "alerts.db";

/// Watches for what the configuration wants. `None` where nothing is to be watched for, and where what was kept cannot be
/// read: then the log says why, and everything else is served all the same.
///
/// # Errors
/// Where a rule or a channel of the file cannot be used.
pub(crate) async fn watch(
    config: &Config,
    fleet: &Fleet,
    store: Option<Store>,
    recording: Option<&Arc<Recording>>,
    keeps: bool,
    states: Option<Arc<dyn SharedStates>>,
) -> Result<Option<Arc<Alerting>>, Error> {
    let (rules, channels) = (rules(config)?, channels(config)?);
    if !config.alerts.enabled {
        return Ok(None);
    }
    let language = match config.server.lang {
        Lang::Id => Language::Id,
        Lang::En => Language::En,
    };
    let zone = zone(config, recording);
    let data_dir = keeps.then(|| config.data_dir.clone());
    let settings = AlertingSettings { zone, language, file_rules: rules, data_dir };
    let started = async {
        let (database, channels) = if keeps {
            let path = config.data_dir.join(FILE);
            open(&path, store, channels, transport(config)?, language)?
        } else {
            (Database::in_memory()?, None)
        };
        let history = recording.map(|recording| recording.history().clone());
        Alerting::start(fleet, AlertingStart { database, history, settings, channels, states }).await
    };
    Ok(started.await.inspect_err(|error| tracing::error!(%error, "nobody is told of anything")).ok())
}

type Opened = (Database, Option<Arc<Channels>>);

fn open(
    path: &Path,
    store: Option<Store>,
    from_file: Vec<(String, ChannelForm, Secrets)>,
    transport: Transport,
    language: Language,
) -> Result<Opened, Box<dyn std::error::Error + Send + Sync>> {
    let database = Database::open(path)?;
    let channels = Channels::start(path, store, from_file, transport, language)?;
    Ok((database, Some(channels)))
}

/// Whom channels trust, and by which way they leave. Where that cannot be used the log says so, and what needs it fails.
fn transport(config: &Config) -> Result<Transport, lalin_alerts::Error> {
    let proxy = config.alerts.proxy.as_ref().map(|proxy| proxy.expose());
    let trusted = config.alerts.ca.as_deref().and_then(|path| {
        let read = std::fs::read(path);
        read.inspect_err(|error| tracing::error!(%error, file = %path.display(), "[alerts] ca cannot be read")).ok()
    });
    Transport::through(trusted.as_deref(), proxy).or_else(|error| {
        tracing::error!(%error, "[alerts] ca and proxy cannot be used");
        Transport::new(None)
    })
}

/// The zone of the history, which is that of quiet hours too.
fn zone(config: &Config, recording: Option<&Arc<Recording>>) -> Zone {
    let of_history = recording.map(|recording| recording.history().reader().zone());
    let named = || config.history.time_zone.as_deref().and_then(|name| Zone::named(name).ok());
    of_history.or_else(named).unwrap_or_else(Zone::system)
}

fn rules(config: &Config) -> Result<Vec<Rule>, Error> {
    config.alerts.rules.iter().map(rule).collect()
}

fn rule(table: &AlertTable) -> Result<Rule, Error> {
    let wrong = |problem: String| wrong(table, "alerts.rule", problem);
    let form: RuleForm =
        serde_json::from_value(as_form(table).map_err(wrong)?).map_err(|error| wrong(error.to_string()))?;
    form.rule(&table.id, true).map_err(|error| wrong(error.to_string()))
}

fn wrong(table: &AlertTable, field: &'static str, problem: String) -> Error {
    lalin_config::Error::Invalid { field, origin: table.origin.clone(), problem }.into()
}

/// The file's table as the API's form: `for = "5m"` is `forSeconds`, `router` and the like are its target.
fn as_form(table: &AlertTable) -> Result<Value, String> {
    let value = serde_json::to_value(&table.table).map_err(|error| error.to_string())?;
    let Value::Object(given) = value else { return Ok(Value::Null) };
    let (mut form, mut target) = (Map::new(), Map::new());
    for (key, value) in given {
        let text = value.as_str().map(str::to_owned);
        let seconds =
            || text.as_deref().and_then(duration).ok_or_else(|| format!("{key}: must be a duration such as \"5m\""));
        match key.as_str() {
            "router" | "interface" | "tag" | "wan" | "all" => drop(target.insert(key, value)),
            "for" => drop(form.insert("forSeconds".into(), json!(seconds()?))),
            "keep" => drop(form.insert("keepSeconds".into(), json!(seconds()?))),
            "repeat" => drop(form.insert("repeatSeconds".into(), json!(seconds()?))),
            "clear-bound" => drop(form.insert("clearBound".into(), value)),
            "quiet" => {
                let times = text.as_deref().and_then(|text| text.split_once('-'));
                let (from, to) = times.ok_or_else(|| "quiet: must be like \"22:00-06:00\"".to_owned())?;
                form.insert("quiet".into(), json!({ "from": from.trim(), "to": to.trim() }));
            }
            _ => drop(form.insert(key, value)),
        }
    }
    form.insert("target".into(), Value::Object(target));
    Ok(Value::Object(form))
}

/// `90s`, `5m`, `2h`, as whole seconds.
fn duration(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let each = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(each)?).as_secs())
}

fn channels(config: &Config) -> Result<Vec<(String, ChannelForm, Secrets)>, Error> {
    let one = |table: &AlertTable| {
        let wrong = |problem: String| wrong(table, "alerts.channel", problem);
        let mut value = serde_json::to_value(&table.table).map_err(|error| wrong(error.to_string()))?;
        if value["name"].is_null() {
            value["name"] = json!(table.id);
        }
        let form = ChannelForm::read(&value.to_string()).ok_or_else(|| wrong("its name must be a text".to_owned()))?;
        form.secret_names().map_err(|error| wrong(error.to_string()))?;
        let mut secrets = Secrets::new();
        table.secrets.iter().for_each(|(name, secret)| secrets.set(name.clone(), secret.expose()));
        Ok((table.id.clone(), form, secrets))
    };
    config.alerts.channels.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use lalin_alerts::{Kind, Target};
    use lalin_config::Flags;

    use super::*;

    fn load(text: &str) -> Config {
        Config::load(Some((Path::new("x.toml"), text)), std::iter::empty(), Flags::default()).unwrap()
    }

    #[test]
    fn rules_and_channels_of_the_file_are_read() {
        let config = load(
            "[[alerts.rule]]\nid = \"up\"\nkind = \"traffic-above\"\nrouter = \"r\"\ninterface = \"ether1\"\n\
             bound = 90_000_000\nclear-bound = 80_000_000\nfor = \"5m\"\nquiet = \"22:00-06:00\"\nrepeat = \"1h\"\n\
             [[alerts.channel]]\nid = \"noc\"\nsettings = { kind = \"telegram\", chatId = \"-100123\" }\n\
             secrets = { token = \"1:x\" }\n",
        );
        let rule = rules(&config).unwrap().remove(0);
        assert_eq!((rule.kind, rule.for_ms, rule.bound), (Kind::TrafficAbove, 300_000, 90e6));
        assert!(rule.from_file && matches!(rule.target, Target::Line(..)) && rule.quiet.is_some());
        let (id, form, secrets) = channels(&config).unwrap().remove(0);
        assert_eq!((id.as_str(), form.name.as_str(), secrets.get("token")), ("noc", "noc", Some("1:x")));
    }

    #[test]
    fn what_cannot_be_used_names_its_place() {
        for text in [
            "[[alerts.rule]]\nid = \"a\"\nkind = \"nonsense\"\n",
            "[[alerts.rule]]\nid = \"a\"\nkind = \"line-down\"\nfro = \"5m\"\n",
            "[[alerts.rule]]\nid = \"a\"\nkind = \"line-down\"\nfor = 5\n",
        ] {
            let error = rules(&load(text)).unwrap_err().to_string();
            assert!(error.contains("x.toml") && error.contains("alerts.rule"), "{error}");
        }
        let error = channels(&load("[[alerts.channel]]\nid = \"a\"\nsettings = { kind = \"pigeon\" }\n"));
        assert!(error.err().unwrap().to_string().contains("alerts.channel"));
    }
}

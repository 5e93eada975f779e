//! The file's `[alerts]`: each rule and channel is a table with an id of its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Table};

use crate::setting::{FileText, Setting, not_empty};
use crate::{AlertTable, Alerts, Error, schema, values};

pub(crate) fn read(
    text: &FileText<'_>,
    file: schema::Alerts,
    enabled: Option<Setting<String>>,
) -> Result<Alerts, Error> {
    let enabled = match enabled {
        Some(setting) => setting.parse("alerts.enabled", values::switch)?.value,
        None => file.enabled.is_none_or(Spanned::into_inner),
    };
    let all = |tables: Vec<Spanned<Table>>, field| {
        let mut read = Vec::new();
        for table in tables {
            read.push(one(text, table, field, &read)?);
        }
        Ok::<_, Error>(read)
    };
    let ca = not_empty(text.setting(file.ca)).map(|setting| setting.parse("alerts.ca", values::path)).transpose()?;
    let proxy = match file.proxy {
        Some(proxy) => {
            let origin = text.at(proxy.span());
            let proxy = proxy.into_inner();
            if !proxy.expose().is_empty() && !proxy.expose().starts_with("http://") {
                let problem = "must be an address such as \"http://proxy.isp.id:3128\"".into();
                return Err(Error::Invalid { field: "alerts.proxy", origin, problem });
            }
            Some(proxy).filter(|proxy| !proxy.expose().is_empty())
        }
        None => None,
    };
    Ok(Alerts {
        enabled,
        ca: ca.map(|setting| setting.value),
        proxy,
        rules: all(file.rule, "alerts.rule")?,
        channels: all(file.channel, "alerts.channel")?,
    })
}

fn one(
    text: &FileText<'_>,
    table: Spanned<Table>,
    field: &'static str,
    before: &[AlertTable],
) -> Result<AlertTable, Error> {
    let origin = text.at(table.span());
    let mut table = table.into_inner();
    let wrong = |problem: &str| Err(Error::Invalid { field, origin: origin.clone(), problem: problem.into() });
    let id = match table.remove("id") {
        Some(toml::Value::String(id)) => id,
        _ => return wrong("needs an id, such as id = \"uplink\""),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    // What is made in the page is found by a number.
    if id.is_empty() || id.len() > 64 || !id.chars().all(fits) || id.chars().all(|c| c.is_ascii_digit()) {
        return wrong("its id must be 1 to 64 letters, digits and -_., and not a number alone");
    }
    if before.iter().any(|other| other.id == id) {
        return wrong("there is one of this id already");
    }
    let secrets = match table.remove("secrets") {
        Some(secrets) => match BTreeMap::deserialize(secrets) {
            Ok(secrets) => secrets,
            Err(_) => return wrong("its secrets must be texts, such as secrets = { token = \"...\" }"),
        },
        None => BTreeMap::new(),
    };
    Ok(AlertTable { id, origin, table, secrets })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{Config, Flags};

    fn load(text: &str) -> Result<Config, crate::Error> {
        Config::load(Some((Path::new("x.toml"), text)), std::iter::empty(), Flags::default())
    }

    #[test]
    fn rules_and_channels_are_tables_with_their_place() {
        let text = "[alerts]\n[[alerts.rule]]\nid = \"uplink\"\nkind = \"line-down\"\n[[alerts.channel]]\nid = \"noc\"\n\
                    secrets = { token = \"rahasia\" }\nsettings = { kind = \"telegram\" }\n";
        let alerts = load(text).unwrap().alerts;
        assert_eq!((alerts.rules.len(), alerts.rules[0].id.as_str()), (1, "uplink"));
        assert!(alerts.rules[0].origin.to_string().contains("line 2"), "{}", alerts.rules[0].origin);
        assert_eq!(alerts.channels[0].secrets["token"].expose(), "rahasia");
        assert!(!format!("{alerts:?}").contains("rahasia"));
        assert!(alerts.enabled);
    }

    #[test]
    fn whom_channels_trust_and_by_which_way_they_leave_is_read_and_the_way_may_hold_a_password() {
        let alerts =
            load("[alerts]\nca = \"isp.pem\"\nproxy = \"http://noc:rahasia@proxy.isp.id:3128\"\n").unwrap().alerts;
        assert_eq!(alerts.ca.as_deref(), Some(Path::new("isp.pem")));
        assert!(alerts.proxy.as_ref().unwrap().expose().contains("rahasia"));
        assert!(!format!("{alerts:?}").contains("rahasia"));
        let alerts = load("[alerts]\nca = \"\"\nproxy = \"\"\n").unwrap().alerts;
        assert_eq!((alerts.ca, alerts.proxy.is_none()), (None, true));
        let error = load("[alerts]\nproxy = \"noc:rahasia@proxy\"\n").unwrap_err().to_string();
        assert!(error.contains("alerts.proxy") && error.contains("line 2") && !error.contains("rahasia"), "{error}");
    }

    #[test]
    fn one_without_an_id_of_its_own_is_refused_by_its_place() {
        for (text, problem) in [
            ("[[alerts.rule]]\nkind = \"line-down\"\n", "needs an id"),
            ("[[alerts.rule]]\nid = \"12\"\n", "not a number"),
            ("[[alerts.rule]]\nid = \"a\"\n[[alerts.rule]]\nid = \"a\"\n", "already"),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.contains(problem) && error.contains("x.toml"), "{error}");
        }
    }
}

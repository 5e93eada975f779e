//! What others run: every file of `deploy/cluster` is read as whoever runs it reads it.
//!
//! Not here: whether images can be had, and whether a cluster takes them; no test has a registry or a Kubernetes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use yaml_rust2::{Yaml, YamlLoader};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/cluster")
}

fn text(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml(name: &str) -> Vec<Yaml> {
    YamlLoader::load_from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every document of the Kubernetes manifests, by kind and name.
fn manifests() -> BTreeMap<(String, String), Yaml> {
    let list = &yaml("kubernetes/kustomization.yaml")[0]["resources"];
    let resources = list.as_vec().unwrap().iter().map(|name| format!("kubernetes/{}", name.as_str().unwrap()));
    let documents = resources.flat_map(|name| yaml(&name));
    let named = documents.map(|one| {
        let word = |value: &Yaml| value.as_str().unwrap_or_else(|| panic!("{one:?}")).to_owned();
        ((word(&one["kind"]), word(&one["metadata"]["name"])), one.clone())
    });
    named.collect()
}

#[test]
fn every_yaml_can_be_read_and_none_is_left_out() {
    let in_folder = |folder: &Path| {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter_map(|name| name.into_string().ok()).collect::<BTreeSet<_>>()
    };
    let kubernetes: BTreeSet<String> = in_folder(&folder().join("kubernetes"));
    let mut listed: BTreeSet<String> = ["kustomization.yaml".to_owned()].into();
    let kustomization = &yaml("kubernetes/kustomization.yaml")[0];
    listed.extend(kustomization["resources"].as_vec().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()));
    for generator in kustomization["configMapGenerator"].as_vec().unwrap() {
        for file in generator["files"].as_vec().unwrap() {
            let file = file.as_str().unwrap();
            listed.insert(file.rsplit('=').next().unwrap().to_owned());
        }
    }
    assert_eq!(kubernetes, listed);
    assert_eq!(in_folder(&folder()).iter().filter(|name| name.ends_with(".yml")).collect::<Vec<_>>(), ["compose.yml"]);
}

#[test]
fn the_compose_file_has_the_whole_cluster_and_all_that_it_mounts() {
    let compose = &yaml("compose.yml")[0];
    let services = compose["services"].as_hash().unwrap();
    let names: Vec<&str> = services.keys().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(names, ["nats-1", "nats-2", "nats-3", "web-1", "web-2", "collect", "front", "victoria"]);
    let volumes = compose["volumes"].as_hash().unwrap();
    for (name, service) in services {
        let Some(mounts) = service["volumes"].as_vec() else { continue };
        for mount in mounts {
            let source = mount.as_str().unwrap().split(':').next().unwrap();
            let is_there = match source.strip_prefix("./") {
                // Made by whoever runs it.
                Some(path) if path.starts_with("secrets") => true,
                Some(path) => folder().join(path).exists(),
                None => volumes.contains_key(&Yaml::String(source.to_owned())),
            };
            assert!(is_there, "{name:?} mounts {source}");
        }
    }
}

#[test]
fn the_manifests_say_how_each_part_is_updated_and_how_few_may_be_left() {
    let all = manifests();
    let find = |kind: &str, name: &str| {
        all.get(&(kind.to_owned(), name.to_owned())).unwrap_or_else(|| panic!("there is no {kind} {name}"))
    };
    assert_eq!(find("StatefulSet", "nats")["spec"]["replicas"].as_i64(), Some(3));
    let web = &find("Deployment", "lalin-web")["spec"];
    assert_eq!(web["replicas"].as_i64(), Some(2));
    assert_eq!(web["strategy"]["rollingUpdate"]["maxUnavailable"].as_i64(), Some(0));
    let pod = &web["template"]["spec"];
    assert_eq!(pod["containers"][0]["readinessProbe"]["httpGet"]["path"].as_str(), Some("/readyz"));
    // A node drains as long as its configuration says, closes in 5 s, and only then is killed.
    let drain =
        text("kubernetes/web.toml").lines().find_map(|line| line.strip_prefix("drain-time = ").map(str::to_owned));
    let drain: i64 = drain.unwrap().trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
    assert!(pod["terminationGracePeriodSeconds"].as_i64().unwrap() > drain + 5);
    let probe = &pod["containers"][0]["readinessProbe"];
    assert!(probe["periodSeconds"].as_i64().unwrap() * probe["failureThreshold"].as_i64().unwrap() + 3 < drain);
    for name in ["nats", "lalin-web", "lalin-collect"] {
        let budget = &find("PodDisruptionBudget", name)["spec"]["selector"]["matchLabels"]["app"];
        let kind = if name == "lalin-web" { "Deployment" } else { "StatefulSet" };
        assert_eq!(budget, &find(kind, name)["spec"]["template"]["metadata"]["labels"]["app"], "{name}");
    }
    for ((kind, name), one) in &all {
        let labels = &one["spec"]["selector"]["matchLabels"]["app"];
        if kind == "StatefulSet" || kind == "Deployment" {
            assert_eq!(labels, &one["spec"]["template"]["metadata"]["labels"]["app"], "{name}");
            let context = &one["spec"]["template"]["spec"]["securityContext"];
            assert_eq!(context["runAsNonRoot"].as_bool(), Some(true), "{name}");
        }
    }
}

#[test]
fn the_servers_of_both_are_told_the_same_but_for_their_names() {
    let plain = |name: &str| -> Vec<String> {
        let text = text(name);
        let lines = text.lines().filter(|line| !line.contains("nats://") && !line.starts_with("http:"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(plain("nats-server.conf"), plain("kubernetes/nats-server.conf"));
}

/// Where kubectl is: it puts the manifests together as it would for a cluster.
#[test]
fn kubectl_puts_the_manifests_together() {
    let built = Command::new("kubectl").arg("kustomize").arg(folder().join("kubernetes")).output();
    let Ok(built) = built else {
        eprintln!("no kubectl here: the manifests were only read");
        return;
    };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let text = String::from_utf8(built.stdout).unwrap();
    let documents = YamlLoader::load_from_str(&text).unwrap();
    assert_eq!(documents.iter().filter(|one| one["kind"].as_str() == Some("ConfigMap")).count(), 3);
    assert!(documents.iter().all(|one| {
        one["kind"].as_str() == Some("Namespace") || one["metadata"]["namespace"].as_str() == Some("lalin")
    }));
}

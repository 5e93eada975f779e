//! The list of routers: each trouble by its cause, with the button that mends it; names first where one searches.

use std::net::TcpListener;

use routeros_simulator::{Fault, TlsIdentity};
use serde_json::{Value, json};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::page::Page;
use crate::harness::router::Router;
use crate::harness::server::Server;

/// Adds a router as the machine's own user may; its id.
pub async fn add(page: &Page, name: &str, login: &str, password: &str, tls: &str) -> String {
    let (user, address) = login.split_once('@').unwrap();
    let form = json!({"name": name, "address": address, "user": user, "password": password, "tls": tls});
    let script = "const [body] = arguments; \
                  return fetch('/api/v1/routers', {method: 'POST', headers: {'Content-Type': 'application/json'}, \
                    body: JSON.stringify(body)}).then((answer) => answer.json())";
    let added = page.eval_with(script, vec![form]).await;
    added["id"].as_str().unwrap_or_else(|| panic!("not added: {added}")).to_owned()
}

/// What a row says: the state, why, and the button.
async fn row(page: &Page, id: &str) -> Value {
    let script = "const row = document.querySelector(`[data-router=\"${arguments[0]}\"]`); \
                  const button = row?.querySelector('[data-testid=fleet-mend]'); \
                  return row && {state: row.querySelector('.at-state').textContent, \
                    why: row.querySelector('.why').textContent, \
                    mend: button.hidden ? null : button.textContent, \
                    green: getComputedStyle(row.querySelector('.stands')).color === getComputedStyle(document.documentElement).getPropertyValue('--good')}";
    page.eval_with(script, vec![json!(id)]).await
}

#[tokio::test]
async fn each_trouble_in_the_list_has_the_name_of_its_cause_and_the_button_that_mends_it() {
    let router = Router::start().await;
    let silent = Router::start().await;
    silent.handle.set_fault(Fault::Silent);
    let changed = Router::with_tls(TlsIdentity::self_signed(&["127.0.0.1"]).unwrap()).await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP.asking_for("id-ID,id"), async |page| {
        page.open_dashboard(&server).await;
        let other = format!("pin:{}", "ab".repeat(32));
        let wrong = add(page, "Sandi Lama", &router.login(), "salah", "off").await;
        let refused = add(page, "Port Tutup", &format!("admin@{nobody}"), "x", "off").await;
        let away = add(page, "Menara Diam", &silent.login(), Router::PASSWORD, "off").await;
        let other = add(page, "Gudang", &changed.login(), Router::PASSWORD, &other).await;
        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        for (id, name, mend) in [
            (&wrong, "Sandi salah", "Ganti sandi"),
            (&refused, "API mati atau port salah", "Lihat perintah"),
            (&away, "Tidak menjawab", "Coba sekarang"),
            (&other, "Sertifikat berubah", "Periksa"),
        ] {
            let seen = eventually(s(60), name, async || when(row(page, id).await, |row| row["state"] == name)).await;
            assert_eq!(seen["mend"], mend, "{seen}");
            assert!(!seen["why"].as_str().unwrap().is_empty(), "{seen}");
            assert_eq!(seen["green"], false, "{seen}");
        }
        let told = row(page, &refused).await["why"].to_string();
        assert!(told.contains(&nobody.port().to_string()), "it names the port that refuses: {told}");
        eventually(s(10), "the pill counts them", async || {
            let pill = page.text_of("[data-testid=fleet-pill]").await;
            when(pill, |text| text == "4 router bermasalah")
        })
        .await;
        page.screenshot("fleet-troubles").await;

        // The commands, with the router's own user and service.
        page.click_on(&format!("[data-router={refused}] [data-testid=fleet-mend]")).await;
        eventually(s(10), "the command", async || {
            when(page.text_of("#router-mend .command code").await, |text| text == "/ip service enable api")
        })
        .await;
        page.click_on("#router-mend .close").await;
        // The form, where the password is put right.
        page.click_on(&format!("[data-router={wrong}] [data-testid=fleet-mend]")).await;
        eventually(s(10), "the form", async || {
            let there = "return document.querySelector('#manage[open] [name=password]') !== null";
            when(page.eval(there).await, |there| *there == true)
        })
        .await;
        page.click_on("#manage .close").await;
        // The certificate that is there now can be kept, once it was compared: then the router is read.
        page.click_on(&format!("[data-router={other}] [data-testid=fleet-mend]")).await;
        eventually(s(30), "its fingerprint", async || {
            let there = "return document.querySelector('#router-mend [data-testid=router-trust]') !== null";
            when(page.eval(there).await, |there| *there == true)
        })
        .await;
        page.click_on("#router-mend [data-testid=router-trust]").await;
        eventually(s(30), "it is live", async || when(row(page, &other).await, |row| row["state"] == "Live")).await;
        assert_eq!(row(page, &other).await["mend"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_names_first_and_figures_are_those_of_the_wan() {
    let router = Router::start().await;
    let other = Router::start().await;
    let server = Server::quick(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        // What is found by its model comes after what is called so, whatever the order of the list is.
        add(page, "Zebra CHR", &other.login(), Router::PASSWORD, "off").await;
        add(page, "Alun", &router.login(), Router::PASSWORD, "off").await;
        page.client().goto(&server.url("/prepaid/fleet")).await.unwrap();
        let models = "return [...document.querySelectorAll('[data-router] .at-model')].map((cell) => cell.textContent)";
        eventually(s(30), "all models are known", async || {
            when(page.eval(models).await, |all| {
                all.as_array()
                    .is_some_and(|all| all.len() == 3 && all.iter().all(|one| one.to_string().contains("CHR")))
            })
        })
        .await;
        page.keys("fleet-search", "chr").await;
        let names = "return [...document.querySelectorAll('[data-router] .name')].map((name) => name.textContent)";
        eventually(s(10), "the name first", async || {
            when(page.eval(names).await, |names| names[0] == "Zebra CHR" && names.as_array().unwrap().len() == 3)
        })
        .await;
    })
    .await;
}
